import { decodePosition, encodePosition } from '@picly/contracts';
import type { ApiClient } from './api-client';
import { patiently, type RetryOptions } from './send-batch';

/** The furthest of many positions: whoever waits for it waits for all of them. */
export class FurthestPosition {
  private furthest: string | undefined;

  add(tokens: readonly string[]): void {
    const known = this.furthest === undefined ? [] : [this.furthest];
    const positions = [...known, ...tokens].flatMap((token) => decodePosition(token) ?? []);
    // Of each partition a token keeps the highest offset only.
    if (positions.length > 0) this.furthest = encodePosition(positions);
  }

  /** As `X-Picly-After` takes it; undefined when there was none. */
  get token(): string | undefined {
    return this.furthest;
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
