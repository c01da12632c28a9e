import { EVENT_TYPES, type DecodedEvent, type PositionVector } from '@picly/contracts';
import { createPool, type DatabasePool } from '@picly/database';
import type { AppendRecord, EventLog } from '@picly/event-log';
import { PersonKeys } from '@picly/personal-data';
import { createTestDatabase, MemoryLog, MemoryStore, recordsOf, topicSpecs } from '@picly/testing';
import type { Projection } from '../define';
import { tableRows } from '../digest';
import { installProjections } from '../install';
import { NO_LOGGER, NO_METRICS } from '../metrics';
import { schemaOf, topicsOf } from '../names';
import { ProjectionRunner } from '../runner';
import { liveProjections } from '../versions';
import { isFinished, ProjectionAdmin } from './admin';
import type { Job } from './jobs';
import { ProjectionKeeper, type KeeperOptions } from './keeper';

/** A process: folds what is live and works on jobs. */
export interface Instance {
  readonly runner: ProjectionRunner;
  readonly keeper: ProjectionKeeper;
  stop(): Promise<void>;
}

export interface RebuildHarness {
  readonly pool: DatabasePool;
  readonly admin: ProjectionAdmin;
  readonly log: EventLog;
  readonly store: MemoryStore;
  readonly keys: PersonKeys;
  /** Installs the projections and starts to fold them, as a service does. */
  start(projections: readonly Projection[], options?: Partial<KeeperOptions> & { readonly group?: string }): Promise<Instance>;
  append(events: readonly (DecodedEvent | AppendRecord)[]): Promise<PositionVector>;
  /** The job when it has ended. */
  ended(job: Job): Promise<Job>;
  /** The rows of a version's tables. */
  rows(projection: Projection, version: number): Promise<Record<string, Record<string, unknown>[]>>;
  active(name: string): Promise<number>;
  close(): Promise<void>;
}

const LOOK_MS = 20;

export async function openRebuildHarness(partitions = 4): Promise<RebuildHarness> {
  const database = await createTestDatabase();
  const pool = createPool({ url: database.url, maxConnections: 16 });
  await installProjections(pool, []);
  const keys = new PersonKeys({ pool });
  const admin = new ProjectionAdmin(pool);
  const store = new MemoryStore();
  const log = new MemoryLog(store);
  await log.ensureTopics(topicSpecs(EVENT_TYPES, partitions));
  const instances: Instance[] = [];
  return {
    pool,
    admin,
    log,
    store,
    keys,
    start: async (projections, { group = 'picly.test', ...options } = {}) => {
      await installProjections(pool, projections);
      const live = await liveProjections(pool, projections);
      const topics = projections.flatMap(topicsOf);
      const runner = new ProjectionRunner({ log, pool, personKeys: keys, projections: live, topics, group });
      const keeper = new ProjectionKeeper({
        pool,
        log,
        personKeys: keys,
        projections,
        runner,
        logger: NO_LOGGER,
        metrics: NO_METRICS,
        lookEveryMs: LOOK_MS,
        ...options,
      });
      await runner.start();
      keeper.start();
      const instance = {
        runner,
        keeper,
        stop: async () => {
          await keeper.stop();
          await runner.stop();
        },
      };
      instances.push(instance);
      return instance;
    },
    append: async (events) => {
      const records: AppendRecord[] = [];
      for (const event of events) records.push(...('headers' in event ? [event] : await recordsOf([event], keys)));
      return log.append(records);
    },
    ended: async ({ id }) => {
      for (;;) {
        const job = await admin.job(id);
        if (job && isFinished(job)) return job;
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    },
    rows: async (projection, version) => {
      const tables: Record<string, Record<string, unknown>[]> = {};
      for (const table of projection.tables)
        tables[table.name] = await tableRows(pool, schemaOf({ name: projection.name, version }), table);
      return tables;
    },
    active: async (name) => {
      const [row] = await pool.query<{ n: number }>('select active_version as n from runtime.projections where name = $1', [name]);
      return row?.n ?? 0;
    },
    close: async () => {
      for (const instance of instances) await instance.stop();
      await log.close();
      await pool.close();
      await database.drop();
    },
  };
}
