import { decodePosition, encodePosition, type EventPosition } from '@picly/contracts';
import type { ApiClient } from './api-client';
import { patiently, type RetryOptions } from './send-batch';

/** The furthest of many positions: whoever waits for it waits for all of them. */
export class FurthestPosition {
  private readonly places = new Map<string, EventPosition>();

  add(tokens: readonly string[]): void {
    for (const position of tokens.flatMap((token) => decodePosition(token) ?? [])) {
      const place = `${position.topic}/${position.partition}`;
      const known = this.places.get(place);
      if (!known || known.offset < position.offset) this.places.set(place, position);
    }
  }

  /** As `X-Picly-After` takes it; undefined when there was none. */
  get token(): string | undefined {
    return this.places.size === 0 ? undefined : encodePosition([...this.places.values()]);
  }
}

/** One read of every view that events of senders end up in. */
const READS = [
  'ratings?limit=1',
  'models?group_by=total',
  'experiments?limit=1',
  'behavior/summary',
  'engagement/daily',
  'training-data/summary',
];

/** Resolves when all reads contain everything up to the position: they wait for a bounded time only, and are asked again. */
export async function untilFolded(client: Pick<ApiClient, 'get'>, position: string, retry: RetryOptions = {}): Promise<void> {
  const options = { after: position, ...(retry.signal && { signal: retry.signal }) };
  for (const read of READS) await patiently(() => client.get(`/api/analytics/${read}`, options), retry);
}
