import { EVENT_TYPES, type DecodedEvent, type PositionVector } from '@picly/contracts';
import { createPool, type DatabasePool } from '@picly/database';
import type { AppendRecord } from '@picly/event-log';
import { PersonKeys } from '@picly/personal-data';
import { createTestDatabase, MemoryLog, MemoryStore, recordsOf, topicSpecs } from '@picly/testing';
import type { Projection } from './define';
import { tableRows } from './digest';
import { installProjections } from './install';
import { schemaOf } from './names';
import { ProjectionRunner, type RunnerOptions } from './runner';

export const PARTITIONS = 4;

const OBSERVER = 'observer';

type Rows = Record<string, unknown>[];

/** A database with projections installed, a log in memory, and runners on them. */
export interface RunnerHarness {
  readonly pool: DatabasePool;
  /** For the test's own eyes: never cut. */
  readonly observer: DatabasePool;
  /** Breaks the connections of all others; with `inTransaction` only of those. */
  cut(options?: { readonly inTransaction: boolean }): Promise<void>;
  readonly keys: PersonKeys;
  readonly log: MemoryLog;
  readonly store: MemoryStore;
  /** A runner like that of another process; stopped after the test. */
  runner(projections: readonly Projection[], options?: Partial<RunnerOptions>): ProjectionRunner;
  /** Appends events (or records as they are), and answers their positions. */
  append(events: readonly (DecodedEvent | AppendRecord)[]): Promise<PositionVector>;
  rows(projection: Projection): Promise<Record<string, Rows>>;
  letters(): Promise<{ offset: number; sequence: number; cause: string; code: string; event_id: string }[]>;
  /** A new log, empty tables. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export async function openRunnerHarness(projections: readonly Projection[]): Promise<RunnerHarness> {
  const database = await createTestDatabase();
  const pool = createPool({ url: database.url, maxConnections: 12 });
  const observer = createPool({ url: database.url, maxConnections: 1, applicationName: OBSERVER });
  await installProjections(pool, projections);
  const keys = new PersonKeys({ pool });
  const runners: ProjectionRunner[] = [];
  let store = new MemoryStore();
  let log = new MemoryLog(store);
  const prepare = (): Promise<void> => log.ensureTopics(topicSpecs(EVENT_TYPES, PARTITIONS));
  const stopAll = async (): Promise<void> => void (await Promise.all(runners.splice(0).map((runner) => runner.stop())));
  await prepare();
  return {
    pool,
    observer,
    cut: async ({ inTransaction } = { inTransaction: false }) => {
      await observer.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and application_name <> $1 and (not $2 or state = 'idle in transaction')`,
        [OBSERVER, inTransaction],
      );
    },
    keys,
    get log() {
      return log;
    },
    get store() {
      return store;
    },
    runner: (of, options = {}) => {
      const runner = new ProjectionRunner({ log, pool, personKeys: keys, projections: of, group: 'picly.test', ...options });
      runners.push(runner);
      return runner;
    },
    append: async (events) => {
      const records: AppendRecord[] = [];
      for (const event of events) records.push(...('headers' in event ? [event] : await recordsOf([event], keys)));
      return log.append(records);
    },
    rows: async (projection) => {
      const tables: Record<string, Rows> = {};
      for (const table of projection.tables) tables[table.name] = await tableRows(observer, schemaOf(projection), table);
      return tables;
    },
    letters: () =>
      observer.query('select "offset", sequence, cause, code, event_id from runtime.dead_letters order by topic, partition, "offset"'),
    reset: async () => {
      await stopAll();
      const tables = await observer.query<{ name: string }>(
        `select format('%I.%I', schemaname, tablename) as name from pg_tables
          where schemaname ~ '_v[0-9]+$' and tablename <> 'migrations' or tablename in ('checkpoints', 'dead_letters', 'dead_letter_history', 'dead_letter_jobs')`,
      );
      await observer.query(`truncate ${tables.map(({ name }) => name).join(', ')}`);
      store = new MemoryStore();
      log = new MemoryLog(store);
      await prepare();
    },
    close: async () => {
      await stopAll();
      await log.close();
      await pool.close();
      await observer.close();
      await database.drop();
    },
  };
}
