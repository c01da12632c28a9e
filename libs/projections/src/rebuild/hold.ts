import { inTransaction, type DatabasePool, type Sql } from '@picly/database';
import { placeOf, type AnyProjection } from '../names';

export interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly next_offset: number;
}

const POSITIONS =
  'select topic, partition, next_offset from runtime.checkpoints where projection = $1 and version = $2 order by topic, partition';

/** By place where a version stands. */
export async function positionsOf(sql: Sql, { name, version }: AnyProjection): Promise<Map<string, number>> {
  const rows = await sql.query<Position>(POSITIONS, [name, version]);
  return new Map(rows.map((row) => [placeOf(row), row.next_offset]));
}

/** Waits for the batches under way and keeps a version where it is, until the transaction ends. Its readers are not concerned. */
export function hold(sql: Sql, { name, version }: AnyProjection): Promise<Position[]> {
  return sql.query<Position>(`${POSITIONS} for update`, [name, version]);
}

export interface EqualWork<T> {
  /** Brings the version that is being built exactly to these positions. */
  readonly advance: (positions: readonly Position[]) => Promise<void>;
  /** Sees both versions after the same events, however long it takes; both go on meanwhile. */
  readonly look: (snapshot: Sql, positions: readonly Position[]) => Promise<T>;
}

/** Time for the last events before the comparison, in which the version that serves stands still. */
const HOLD_MS = 60_000;

/**
 * Lets `look` see two versions at equal positions, in one consistent snapshot: the one that serves is held, the other brought to its
 * positions, the snapshot taken, and the first let go.
 */
export async function atEqualPositions<T>(pool: DatabasePool, serving: AnyProjection, { advance, look }: EqualWork<T>): Promise<T> {
  const looking = await inTransaction(
    pool,
    async (sql) => {
      const positions = await hold(sql, serving);
      await advance(positions);
      return startLooking(pool, (snapshot) => look(snapshot, positions));
    },
    { settings: { idle_in_transaction_session_timeout: String(HOLD_MS), lock_timeout: String(HOLD_MS) } },
  );
  return looking.result;
}

/** Resolves as soon as the snapshot is taken, with what will come of it. */
async function startLooking<T>(pool: DatabasePool, look: (snapshot: Sql) => Promise<T>): Promise<{ readonly result: Promise<T> }> {
  let taken = (): void => undefined;
  const snapshotTaken = new Promise<void>((resolve) => (taken = resolve));
  const result = inTransaction(
    pool,
    async (snapshot) => {
      await snapshot.query('select 1');
      taken();
      return look(snapshot);
    },
    { isolation: 'repeatable read', readOnly: true },
  );
  // A failure is told by the promise that is handed on.
  result.catch(() => undefined);
  await Promise.race([snapshotTaken, result]);
  return { result };
}
