import type { TextStore } from './text-store';
import { within } from './within';

const PREFIX = 'picly.asked.';
const MOST_REMEMBERED = 200;
const PATIENCE_MS = 2_000;

export interface AskingDeps {
  readonly endpoint: string;
  readonly key: string | undefined;
  readonly store: TextStore;
  readonly mayStore: () => boolean;
}

/** Whom and what the question is about. */
export interface Subject {
  readonly generation_id: string;
  readonly user_id: string | undefined;
  readonly session_id: string;
}

export interface Permission {
  readonly ask: boolean;
  /** How many people rated the prompt of the picture with 4 or 5 stars. */
  readonly liked?: number;
}

/** Whether a person may be asked: once per picture, and not more often than the server allows. */
export class Asking {
  private readonly asked = new Set<string>();

  constructor(private readonly deps: AskingDeps) {}

  isAsked(generation: string): boolean {
    return this.asked.has(generation) || this.deps.store.get(PREFIX + generation) !== null;
  }

  /** Asked now: never again by itself, also when it is dismissed. */
  remember(generation: string): void {
    this.asked.add(generation);
    const { store } = this.deps;
    if (!this.deps.mayStore()) return;
    store.set(PREFIX + generation, String(Date.now()));
    const names = store.names(PREFIX);
    if (names.length <= MOST_REMEMBERED) return;
    const oldest = names.sort((a, b) => Number(store.get(a)) - Number(store.get(b)));
    for (const name of oldest.slice(0, names.length - MOST_REMEMBERED)) store.remove(name);
  }

  /** Asks the server. One that does not answer in time does not keep a person from rating. */
  async permission(subject: Subject): Promise<Permission> {
    const { endpoint, key } = this.deps;
    const headers = { 'content-type': 'application/json', ...(key !== undefined && { authorization: `Bearer ${key}` }) };
    const request = { method: 'POST', headers, body: JSON.stringify(subject), credentials: 'omit' } as const;
    try {
      return await within(PATIENCE_MS, async (signal) => {
        const response = await fetch(`${endpoint}/api/analytics/ask`, { ...request, signal });
        if (!response.ok) return { ask: true };
        const answer = (await response.json()) as Partial<Permission>;
        return { ask: answer.ask !== false, ...(typeof answer.liked === 'number' && { liked: answer.liked }) };
      });
    } catch {
      return { ask: true };
    }
  }
}
