import { setTimeout as sleep } from 'node:timers/promises';
import { LogError } from '../errors';
import type { EventLog, PartitionBounds } from '../port';

const DEADLINE_MS = 60_000;

/** The bounds of topics that were made a moment ago, and may have no leaders yet. */
export async function patientBounds(target: EventLog, topics: readonly string[]): Promise<readonly PartitionBounds[]> {
  const until = performance.now() + DEADLINE_MS;
  for (;;) {
    try {
      return await target.bounds(topics);
    } catch (error) {
      if (!(error instanceof LogError) || !error.retryable || performance.now() > until) throw error;
      await sleep(250);
    }
  }
}
