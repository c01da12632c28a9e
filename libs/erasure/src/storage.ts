import { setTimeout as sleep } from 'node:timers/promises';
import { lend, sqlState, type DatabasePool } from '@picly/database';
import type { StorageNote } from './receipt';

interface Session {
  run<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
}

/** What is left out without an error of the server: with a warning only, or because it would have to wait for too long. */
class LeftOutError extends Error {
  readonly retryable = false;
  constructor(
    message: string,
    readonly code = 'not permitted',
  ) {
    super(message);
    this.name = 'LEFT_OUT';
  }
}

/** The server said no; anything else is the connection's end, after which nothing of the rest would be done either. */
const isRefusal = (error: unknown): boolean => error instanceof LeftOutError || !/^(08|57P|$)/.test(sqlState(error) ?? '');

/** Without a limit of time: large tables take as long as they take. A warning of the server is an error here. */
async function withSession<T>(pool: DatabasePool, work: (session: Session) => Promise<T>): Promise<T> {
  const client = await lend(pool.pg);
  const warnings: string[] = [];
  client.on('notice', ({ severity, message }) => severity === 'WARNING' && warnings.push(message ?? ''));
  const run = async <Row extends object>(text: string, values?: unknown[]): Promise<Row[]> => {
    warnings.length = 0;
    const { rows } = await client.query<Row>(text, values);
    if (warnings.length > 0) throw new LeftOutError(warnings.join('; '));
    return rows;
  };
  try {
    await client.query('set statement_timeout = 0');
    return await work({ run });
  } finally {
    // Its settings are not those of the pool.
    client.release(true);
  }
}

const quoted = (name: string): string =>
  name
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.');

/** Samples of column values are kept beside the tables. */
const STATISTICS = 'pg_catalog.pg_statistic';
/** What erasing itself wrote names into, and what it took out of tables of all. */
const RUNTIME = [
  'person_keys',
  'erasure_names',
  'erasure_records',
  'erasure_fences',
  'dead_letters',
  'erasures',
  'projection_differences',
  'projection_audits',
].map((name) => `runtime.${name}`);

/** With its indexes; written anew in a second or two, for which readers may wait. */
const SMALL_BYTES = 64 * 2 ** 20;
/** Readers queue behind a rewrite that waits for its lock: it gives up first, unless all is to be written anew in any case. */
const LOCK_WITHIN_MS = 3_000;
const READERS_WITHIN_MS = 60_000;
const LOOK_MS = 250;

async function attempt(notes: string[], what: string, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'error';
    notes.push(`${what} could not be done (${code})`);
    return false;
  }
}

/**
 * Of this database; and by way of one's own snapshot whoever writes in another one, as a rewrite looks through that. Of sessions that
 * one may not look into the type is null, the age of what they see is told.
 */
const OLDER_READERS = `
  select (select count(*) from pg_stat_activity where backend_type is distinct from 'autovacuum worker' and age(backend_xmin) > age($1::xid)
             and (datname = current_database() or datname is null or pid = pg_backend_pid()))
       + (select count(*) from pg_prepared_xacts where age(transaction) > age($1::xid))
       + (select count(*) from pg_replication_slots where age(xmin) > age($1::xid) or age(catalog_xmin) > age($1::xid)) as n`;

/** No vacuum removes a row version that somebody may still look at: waits for the transactions that are older than the last change. */
async function outwaitReaders(session: Session): Promise<void> {
  const [now] = await session.run<{ xid: string }>('select pg_current_xact_id()::xid::text as xid');
  for (const giveUpAt = performance.now() + READERS_WITHIN_MS; ; await sleep(LOOK_MS)) {
    const [older] = await session.run<{ n: number }>(OLDER_READERS, [now?.xid]);
    if (Number(older?.n) === 0) return;
    if (performance.now() > giveUpAt) throw new LeftOutError('older transactions are open', `${older?.n} are open`);
  }
}

/** Every segment that is kept for later use has old pages in it until it is written over: twice around, nothing from before is left. */
async function overwriteWal(session: Session): Promise<void> {
  for (let round = 0; round < 2; round++) {
    await session.run('checkpoint');
    const [row] = await session.run<{ n: number }>('select count(*)::int as n from pg_ls_waldir()');
    for (let segment = 0; segment <= (row?.n ?? 0); segment++) {
      // An empty segment is not switched away from.
      await session.run(`select pg_logical_emit_message(false, 'picly', '')`);
      await session.run('select pg_switch_wal()');
    }
  }
  await session.run('checkpoint');
}

async function smallOf(session: Session, tables: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await session.run<{ name: string }>(
    `select name from unnest($1::text[]) as name where pg_total_relation_size(to_regclass(name)) <= ${SMALL_BYTES}`,
    [tables],
  );
  return new Set(rows.map(({ name }) => name));
}

/** Writes a table anew; answers whether it did: not when its lock cannot be had in time (0: however long that takes). */
async function isRewritten(session: Session, table: string, lockWithinMs: number): Promise<boolean> {
  try {
    await session.run(`set lock_timeout = ${lockWithinMs}`);
    await session.run(`vacuum (full, analyze) ${quoted(table)}`);
    return true;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return false;
  }
}

/** Takes its time: nobody waits for this one. */
async function vacuum(session: Session, table: string): Promise<void> {
  await session.run('set lock_timeout = 0');
  await session.run(`vacuum (analyze, index_cleanup on) ${quoted(table)}`);
}

interface Cleaned {
  readonly vacuumed: number;
  /** Tables that were not written anew. */
  readonly oldBytes: readonly string[];
}

async function cleanTables(
  session: Session,
  tables: readonly string[],
  { scrub, notes }: { scrub: boolean; notes: string[] },
): Promise<Cleaned> {
  const wanted = scrub ? new Set(tables) : await smallOf(session, tables);
  const lockWithinMs = scrub ? 0 : LOCK_WITHIN_MS;
  const oldBytes: string[] = [];
  let vacuumed = 0;
  for (const table of tables) {
    const isNew = wanted.has(table) && (await isRewritten(session, table, lockWithinMs));
    if (!isNew) oldBytes.push(table);
    if (isNew || (await attempt(notes, `vacuum of ${table}`, () => vacuum(session, table)))) vacuumed++;
  }
  return { vacuumed, oldBytes };
}

export interface StorageWork {
  /** Qualified names. */
  readonly tables: readonly string[];
  /** Write also large tables anew (each is locked for the time it takes), and overwrite the write-ahead log. */
  readonly scrub: boolean;
  /** The whole server is ours: its write-ahead log is overwritten in any case. */
  readonly sole: boolean;
}

/**
 * Removes what deleting leaves behind: old row versions, samples of values in the planner's statistics, and the bytes of both in
 * the files of small tables, on request of all; and in the write-ahead log where that is ours. What the database does not allow is
 * noted and no error; a connection that breaks is one, and all of it is to be done again.
 */
export async function cleanStorage(pool: DatabasePool, { tables, scrub, sole }: StorageWork): Promise<StorageNote> {
  return withSession(pool, async (session) => {
    const notes: string[] = [];
    await attempt(notes, 'waiting for older transactions, which may still see old rows,', () => outwaitReaders(session));
    // The statistics last: writing tables anew renews their samples.
    const all = [...[...new Set([...tables, ...RUNTIME])].sort(), STATISTICS];
    const { vacuumed, oldBytes } = await cleanTables(session, all, { scrub, notes });
    const isOverwritten = (scrub || sole) && (await attempt(notes, 'overwriting the write-ahead log', () => overwriteWal(session)));
    if (!isOverwritten) await attempt(notes, 'checkpoint', () => session.run('checkpoint'));
    return { vacuumed, rewritten: oldBytes.length === 0, old_bytes: oldBytes, wal: isOverwritten ? 'overwritten' : 'ages', notes };
  });
}
