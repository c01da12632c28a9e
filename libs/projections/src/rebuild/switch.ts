import { setTimeout as sleep } from 'node:timers/promises';
import { inTransaction, sqlState, type DatabasePool, type Sql, type Transaction } from '@picly/database';
import { lockPublication, publish } from '../activate';
import { idOf, type AnyProjection } from '../names';
import { REGISTRY_KEPT_MS } from '../registry';
import { RebuildFailedError } from './errors';
import { hold } from './hold';

export interface SwitchOptions {
  /** Inside the transaction, to note that it is done; throws when it must not be done any more. */
  readonly alongside: (sql: Sql) => Promise<void>;
  readonly signal: AbortSignal;
  /** Give up after this time, milliseconds (default 120,000). */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 120_000;
const LOOK_AGAIN_MS = 25;
/** Longest time in which the serving version is held for the other to come up to it. */
const HOLD_MS = 500;
/** Readers queue behind a view that is being replaced; and beyond deadlock_timeout (1 s) Postgres would end one of them. */
const LOCK_MS = 20;
const MOST_LOCK_MS = 50;
const LOCK_NOT_AVAILABLE = '55P03';

/** Events of the serving version that the other has yet to fold, over the topics that it consumes. */
const BEHIND = `
  select coalesce(sum(greatest(0, a.next_offset - coalesce(c.next_offset, 0))), 0) as events
    from runtime.checkpoints a
    join runtime.projection_versions v on v.projection = a.projection and v.version = $3 and a.topic = any(v.topics)
    left join runtime.checkpoints c on c.projection = a.projection and c.version = $3 and c.topic = a.topic and c.partition = a.partition
   where a.projection = $1 and a.version = $2`;

async function behind(sql: Sql, name: string, { from, to }: { from: number; to: number }): Promise<number> {
  const [row] = await sql.query<{ events: number | string }>(BEHIND, [name, from, to]);
  return Number(row?.events ?? 0);
}

/**
 * Shows readers another version, in one transaction, and never one that is behind what they have seen: the serving version is held until
 * the other has folded as much. The switch is announced first, so that who waits for a position waits for both. Throws
 * `RebuildFailedError` when it cannot be had in time; then nothing is changed.
 */
export async function switchVersion(pool: DatabasePool, to: AnyProjection, options: SwitchOptions): Promise<void> {
  const { signal, patienceMs = PATIENCE_MS } = options;
  const until = performance.now() + patienceMs;
  await announce(pool, to.name, to.version);
  try {
    // Whoever has read the registry before the announcement has forgotten it by then.
    await sleep(2 * REGISTRY_KEPT_MS, undefined, { signal });
    for (let attempt = 0; ; attempt++) {
      const outcome = await attemptSwitch(pool, to, { ...options, lockMs: Math.min(MOST_LOCK_MS, LOCK_MS + attempt) });
      if (outcome === 'done') return;
      if (performance.now() > until) throw notInTime(to, outcome);
      await sleep(LOOK_AGAIN_MS * (1 + Math.random() * 4), undefined, { signal });
    }
  } catch (error) {
    await announce(pool, to.name, null).catch(() => undefined);
    throw error;
  }
}

async function announce(pool: DatabasePool, name: string, version: number | null): Promise<void> {
  await pool.query('update runtime.projections set next_version = $2 where name = $1', [name, version]);
}

type Outcome = 'done' | 'behind' | 'busy';

function notInTime(to: AnyProjection, outcome: Outcome): RebuildFailedError {
  return outcome === 'busy'
    ? new RebuildFailedError('VIEWS_BUSY', `the views of ${to.name} were read without a pause: try again when fewer long queries run`)
    : new RebuildFailedError(
        'NOT_FOLDED',
        `${idOf(to)} does not come up to the version that serves: does a service run that has its code? (picly status shows who folds it)`,
      );
}

async function attemptSwitch(
  pool: DatabasePool,
  to: AnyProjection,
  options: SwitchOptions & { readonly lockMs: number },
): Promise<Outcome> {
  try {
    return await inTransaction(pool, async (sql): Promise<Outcome> => {
      await lockPublication(sql);
      const [row] = await sql.query<{ active: number }>('select active_version as active from runtime.projections where name = $1', [
        to.name,
      ]);
      const from = row?.active ?? to.version;
      await options.alongside(sql);
      if (from === to.version) return 'done';
      await hold(sql, { name: to.name, version: from });
      if (!(await comesUp(sql, to, { from, signal: options.signal }))) throw new StillBehind();
      await publishQuickly(sql, to, { from, lockMs: options.lockMs });
      return 'done';
    });
  } catch (error) {
    if (error instanceof StillBehind) return 'behind';
    if (sqlState(error) === LOCK_NOT_AVAILABLE) return 'busy';
    throw error;
  }
}

/** Rolls back without being an error. */
class StillBehind extends Error {}

async function comesUp(sql: Sql, to: AnyProjection, { from, signal }: { from: number; signal: AbortSignal }): Promise<boolean> {
  for (const until = performance.now() + HOLD_MS; performance.now() < until && !signal.aborted; await sleep(LOOK_AGAIN_MS)) {
    if ((await behind(sql, to.name, { from, to: to.version })) === 0) return true;
  }
  return false;
}

async function publishQuickly(sql: Transaction, to: AnyProjection, { from, lockMs }: { from: number; lockMs: number }): Promise<void> {
  await sql.query(`set local lock_timeout = ${Math.round(lockMs)}`);
  await publish(sql, to, { name: to.name, version: from });
}
