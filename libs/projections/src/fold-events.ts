import type { DecodedEvent } from '@picly/contracts';
import { inTransaction, type DatabasePool } from '@picly/database';
import type { Projection } from './define';
import { foldSettings, foldSqlOn } from './fold-sql';
import { takeFresh } from './processed-events';

/**
 * Folds events that have no place in a log, in one transaction: dedupe and fold as the runner does, without checkpoints.
 * For specs and for what-if calculations. Answers how many were new.
 */
export async function foldEvents(pool: DatabasePool, projection: Projection, events: readonly DecodedEvent[]): Promise<number> {
  const wanted = new Set<string>(projection.events);
  return inTransaction(
    pool,
    async (sql) => {
      const fresh = await takeFresh(
        sql,
        projection,
        events.filter((event) => wanted.has(event.type)),
      );
      if (fresh.length > 0) await projection.fold(fresh, foldSqlOn(sql, projection));
      return fresh.length;
    },
    { settings: foldSettings(projection) },
  );
}
