import { inTransaction, sqlState, type DatabasePool } from '@picly/database';
import { LogError } from '../errors';

/** Where a log in Postgres stands on its way to another one. */
export interface LogMove {
  /** Where it goes, for people. */
  readonly target: string;
  /** Since then nothing is appended any more. */
  readonly sealedAt: Date;
  /** Since then everything is there. */
  readonly movedAt: Date | null;
}

const MISSING = new Set(['42P01', '3F000', '42703']);

/** The move under way or done; `undefined` when there is none, or no log at all. */
export async function logMove(pool: DatabasePool): Promise<LogMove | undefined> {
  return ask(async () => {
    const [row] = await pool.query<{ target: string; sealed_at: Date; moved_at: Date | null }>(
      'select target, sealed_at, moved_at from log.moves',
    );
    return row && { target: row.target, sealedAt: row.sealed_at, movedAt: row.moved_at };
  });
}

/**
 * From now on nothing is appended: appends under way are finished, later ones get `LogUnavailableError`. One commit for all partitions, so
 * there is no moment at which some of them take events and others do not.
 */
export async function sealLog(pool: DatabasePool, target: string): Promise<void> {
  await inTransaction(pool, async (sql) => {
    // In the order of the writers, which hold several partitions at once.
    await sql.query('select from log.partitions order by topic_id, partition for update');
    await sql.query('insert into log.moves (target) values ($1) on conflict (only_row) do update set target = excluded.target', [target]);
    await sql.query('update log.partitions set sealed = true where not sealed');
  });
}

/** Everything is at the target. */
export async function noteMoved(pool: DatabasePool): Promise<void> {
  await pool.query('update log.moves set moved_at = coalesce(moved_at, clock_timestamp())');
}

/** Takes appends again, as if nothing had been moved. Only safe while nobody has appended to the target. */
export async function unsealLog(pool: DatabasePool): Promise<void> {
  await inTransaction(pool, async (sql) => {
    await sql.query('delete from log.moves');
    await sql.query('update log.partitions set sealed = false where sealed');
  });
}

/** The events of a system are in one log only: throws `LogError` LOG_MOVED when those of this database are not in the one that is asked for. */
export async function refuseOtherLog(pool: DatabasePool, wanted: 'postgres' | 'kafka'): Promise<void> {
  const move = await logMove(pool);
  if (wanted === 'postgres') {
    if (move?.movedAt) throw moved(`the event log of this database was moved to ${move.target}: set KAFKA_BROKERS`);
    return;
  }
  if (move?.movedAt) return;
  if (move) throw moved(`the event log is being moved to ${move.target}: finish that first (picly log copy --to kafka --cut-over)`);
  const records = await ask(async () => {
    const [row] = await pool.query<{ n: number }>('select coalesce(sum(next_offset), 0)::bigint as n from log.partitions');
    return row?.n ?? 0;
  });
  if (records) {
    throw moved(
      `the event log of this database has ${records} events that are not in Kafka: move them first (picly log copy --to kafka), or start without KAFKA_BROKERS`,
    );
  }
}

const moved = (message: string): LogError => new LogError('LOG_MOVED', false, message);

async function ask<T>(question: () => Promise<T>): Promise<T | undefined> {
  try {
    return await question();
  } catch (error) {
    if (MISSING.has(sqlState(error) ?? '')) return undefined;
    throw error;
  }
}

const LOCK = "hashtext('picly.log.copy')";

/** Runs `work` while nobody else copies the log of this database; throws `LogError` LOG_BUSY when somebody does. */
export async function aloneWithLog<T>(pool: DatabasePool, work: () => Promise<T>): Promise<T> {
  const client = await pool.pg.connect();
  try {
    const { rows } = await client.query<{ mine: boolean }>(`select pg_try_advisory_lock(${LOCK}) as mine`);
    if (!rows[0]?.mine) throw new LogError('LOG_BUSY', true, 'somebody else is copying this log: wait until that has ended');
    return await work();
  } finally {
    client.release(true);
  }
}

/** The topics of the log and how many partitions each has. */
export async function logTopics(pool: DatabasePool): Promise<readonly { readonly name: string; readonly partitions: number }[]> {
  return pool.query('select name, partitions from log.topics order by name');
}
