import { lend, type DatabasePool } from '@picly/database';
import type { StorageNote } from './receipt';

interface Session {
  run<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
}

/** Without a limit of time: large tables take as long as they take. */
async function withSession<T>(pool: DatabasePool, work: (session: Session) => Promise<T>): Promise<T> {
  const client = await lend(pool.pg);
  try {
    await client.query('set statement_timeout = 0');
    return await work({
      run: async <Row extends object>(text: string, values?: unknown[]) => (await client.query<Row>(text, values)).rows,
    });
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
/** What erasing itself wrote names into. */
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

export interface StorageWork {
  /** Qualified names. */
  readonly tables: readonly string[];
  /** Write touched tables anew (locks each for the time it takes), and overwrite the write-ahead log. */
  readonly scrub: boolean;
}

/**
 * Removes what deleting leaves behind: old row versions, samples of values in the planner's statistics, and on request the bytes of
 * both in the files and the write-ahead log. What the database does not allow is noted, never an error.
 */
export async function cleanStorage(pool: DatabasePool, { tables, scrub }: StorageWork): Promise<StorageNote> {
  return withSession(pool, async (session) => {
    const notes: string[] = [];
    const all = [...new Set([...tables, ...RUNTIME])].sort();
    let vacuumed = 0;
    let rewritten = scrub;
    for (const table of all) {
      const options = scrub ? 'full, analyze' : 'analyze, index_cleanup on';
      const done = await attempt(notes, `vacuum of ${table}`, () => session.run(`vacuum (${options}) ${quoted(table)}`));
      if (done) vacuumed++;
      rewritten &&= done;
    }
    await attempt(notes, 'vacuum of statistics', () => session.run(`vacuum ${scrub ? '(full)' : ''} ${STATISTICS}`));
    const isOverwritten = scrub && (await attempt(notes, 'overwriting the write-ahead log', () => overwriteWal(session)));
    if (!scrub) await attempt(notes, 'checkpoint', () => session.run('checkpoint'));
    return { vacuumed, rewritten, wal: isOverwritten ? 'overwritten' : 'ages', notes };
  });
}
