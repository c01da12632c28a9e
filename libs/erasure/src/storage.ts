import { setTimeout as sleep } from 'node:timers/promises';
import { lend, type DatabasePool } from '@picly/database';
import type { StorageNote } from './receipt';

interface Session {
  run<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
}

/** What Postgres leaves out with a warning only. */
class LeftOutError extends Error {
  readonly code = 'not permitted';
  readonly retryable = false;
}

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
/** Readers queue behind a rewrite that waits for its lock: it gives up first. */
const WITHIN = 'set lock_timeout = 3000';
const READERS_WITHIN_MS = 60_000;
const LOOK_MS = 250;

async function attempt(notes: string[], what: string, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'error';
    notes.push(`${what} could not be done (${code})`);
    return false;
  }
}

const OLDER_READERS = `
  select (select count(*) from pg_stat_activity where backend_type <> 'autovacuum worker' and age(backend_xmin) > age($1::xid))
       + (select count(*) from pg_prepared_xacts where age(transaction) > age($1::xid))
       + (select count(*) from pg_replication_slots where age(xmin) > age($1::xid) or age(catalog_xmin) > age($1::xid)) as n`;

/** No vacuum removes a row version that somebody may still look at: waits for the transactions that are older than the last change. */
async function outwaitReaders(session: Session): Promise<void> {
  const [now] = await session.run<{ xid: string }>('select pg_current_xact_id()::xid::text as xid');
  for (const giveUpAt = performance.now() + READERS_WITHIN_MS; ; await sleep(LOOK_MS)) {
    const [older] = await session.run<{ n: number }>(OLDER_READERS, [now?.xid]);
    if (Number(older?.n) === 0) return;
    if (performance.now() > giveUpAt) throw Object.assign(new Error('older transactions'), { code: `${older?.n} open` });
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

/** Writes a table anew; answers whether it did: not when its lock cannot be had. */
async function isRewritten(session: Session, table: string): Promise<boolean> {
  try {
    await session.run(`vacuum (full, analyze) ${quoted(table)}`);
    return true;
  } catch {
    return false;
  }
}

/** Takes its time: nobody waits for this one. */
async function vacuum(session: Session, table: string): Promise<void> {
  await session.run('set lock_timeout = 0');
  await session.run(`vacuum (analyze, index_cleanup on) ${quoted(table)}`).finally(() => session.run(WITHIN));
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
  if (!scrub) await session.run(WITHIN);
  const oldBytes: string[] = [];
  let vacuumed = 0;
  for (const table of tables) {
    const isNew = wanted.has(table) && (await isRewritten(session, table));
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
 * noted, never an error.
 */
export async function cleanStorage(pool: DatabasePool, { tables, scrub, sole }: StorageWork): Promise<StorageNote> {
  return withSession(pool, async (session) => {
    const notes: string[] = [];
    await attempt(notes, 'waiting for older transactions, which may still see old rows,', () => outwaitReaders(session));
    const { vacuumed, oldBytes } = await cleanTables(session, [...new Set([...tables, ...RUNTIME, STATISTICS])].sort(), { scrub, notes });
    const isOverwritten = (scrub || sole) && (await attempt(notes, 'overwriting the write-ahead log', () => overwriteWal(session)));
    if (!isOverwritten) await attempt(notes, 'checkpoint', () => session.run('checkpoint'));
    return { vacuumed, rewritten: oldBytes.length === 0, old_bytes: oldBytes, wal: isOverwritten ? 'overwritten' : 'ages', notes };
  });
}
