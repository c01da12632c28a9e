import type { Transaction } from '@picly/database';
import type { ErasedEvent, Projection } from './define';
import { foldSqlOn } from './fold-sql';

const CHUNK_EVENTS = 2_000;

/**
 * Makes a version's rows what a fold of these events without their personal fields would have made of them: takes back what they
 * did, folds them as they are now. In a transaction that locks out every other fold of the version.
 */
export async function eraseEvents(sql: Transaction, projection: Projection, erased: readonly ErasedEvent[]): Promise<void> {
  if (!projection.unfold) return;
  const own = foldSqlOn(sql, projection);
  for (let at = 0; at < erased.length; at += CHUNK_EVENTS) {
    const chunk = erased.slice(at, at + CHUNK_EVENTS);
    await projection.unfold(chunk, own);
    await projection.fold(
      chunk.map(({ event }) => event),
      own,
    );
  }
}
