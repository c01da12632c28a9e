import { decodePosition, type EventPosition } from '@picly/contracts';

export type WireEvent = Readonly<Record<string, unknown>> & { readonly event_id: string };

interface Answer {
  readonly position?: string;
}

const NOT_NOW = new Set([408, 409, 429, 500, 502, 503, 504]);
const PATIENCE_MS = 300_000;
const ANSWER_WITHIN_MS = 4_000;

/** Sends events as a good client does: again, with the same id, until it is told that the event is kept. */
export class Sender {
  readonly acknowledged = new Map<string, EventPosition>();
  /** Requests that had to be made again. */
  repeated = 0;
  private turn = 0;

  /** `urls` are asked in turns: a caller does not know which process is well. */
  constructor(private readonly urls: () => readonly string[]) {}

  /** Resolves when the event is acknowledged. Rejects when it is refused for good, or when patience ends. */
  async send(path: string, event: WireEvent): Promise<void> {
    const giveUpAt = performance.now() + PATIENCE_MS;
    const turn = this.turn++;
    for (let attempt = 0; ; attempt++) {
      const position = await this.attempt(path, event, turn + attempt);
      if (position !== undefined) {
        if (!this.acknowledged.has(event.event_id)) this.acknowledged.set(event.event_id, position);
        return;
      }
      this.repeated++;
      if (performance.now() > giveUpAt) throw new Error(`${event.event_id} was not taken within ${PATIENCE_MS} ms`);
      await new Promise((resolve) => setTimeout(resolve, Math.min(50 * 2 ** attempt, 800)));
    }
  }

  private async attempt(path: string, event: WireEvent, n: number): Promise<EventPosition | undefined> {
    const urls = this.urls();
    const url = urls[n % urls.length] ?? '';
    try {
      const response = await fetch(`${url}/api/analytics/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(event),
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      const text = await response.text();
      if (response.status === 202) return positionIn(JSON.parse(text) as Answer);
      if (NOT_NOW.has(response.status)) return undefined;
      throw new RefusedError(`${path} ${event.event_id}: ${response.status} ${text.slice(0, 200)}`);
    } catch (error) {
      if (error instanceof RefusedError) throw error;
      return undefined;
    }
  }
}

class RefusedError extends Error {}

function positionIn({ position = '' }: Answer): EventPosition {
  const [first] = decodePosition(position) ?? [];
  if (!first) throw new RefusedError(`a 202 without a position: ${position}`);
  return first;
}
