import type { TextStore } from '../text-store';

/** An event as `POST /api/analytics/batch` takes it. Its id is the same on every try, so that it counts once. */
export interface WidgetEvent {
  readonly type: 'rate' | 'action' | 'behavior' | 'exposure' | 'conversion';
  readonly event_id: string;
  /** RFC 3339, by the clock of this machine. */
  readonly occurred_at: string;
  readonly [field: string]: unknown;
}

const PREFIX = 'picly.event.';
/** Beyond so many, the oldest behavior goes first: ratings and actions are what people meant to tell. */
const MOST_EVENTS = 1_000;

const older = (a: WidgetEvent, b: WidgetEvent): number => (a.occurred_at < b.occurred_at ? -1 : a.occurred_at > b.occurred_at ? 1 : 0);

function parsed(text: string | null): WidgetEvent | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null && 'event_id' in value && 'occurred_at' in value && 'type' in value
      ? (value as WidgetEvent)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Events that have not been acknowledged, of all tabs of this origin: one entry each, so that tabs never overwrite each other. */
export class EventQueue {
  constructor(
    private readonly store: TextStore,
    private readonly most = MOST_EVENTS,
  ) {}

  add(event: WidgetEvent): void {
    this.store.set(PREFIX + event.event_id, JSON.stringify(event));
    const names = this.store.names(PREFIX);
    if (names.length > this.most) this.remove(this.leastWanted(names.length - this.most));
  }

  /** The oldest first. */
  waiting(): WidgetEvent[] {
    const events: WidgetEvent[] = [];
    for (const name of this.store.names(PREFIX)) {
      const event = parsed(this.store.get(name));
      if (event) events.push(event);
      else this.store.remove(name);
    }
    return events.sort(older);
  }

  remove(ids: readonly string[]): void {
    for (const id of ids) this.store.remove(PREFIX + id);
  }

  clear(): void {
    for (const name of this.store.names(PREFIX)) this.store.remove(name);
  }

  private leastWanted(n: number): string[] {
    const waiting = this.waiting();
    const behavior = waiting.filter(({ type }) => type === 'behavior');
    const others = waiting.filter(({ type }) => type !== 'behavior');
    return [...behavior, ...others].slice(0, n).map((event) => event.event_id);
  }
}
