import path from 'node:path';
import { EVENT_TYPES, topicOf } from '@picly/contracts';
import { createPool, migrate, startEmbeddedPostgres, waitForDatabase, type DatabasePool } from '@picly/database';
import { installErasures } from '@picly/erasure';
import { createKafkaLog, createPostgresLog, refuseOtherLog, type EventLog } from '@picly/event-log';
import { PersonKeys } from '@picly/personal-data';
import { installProjections } from '@picly/projections';
import type { CommonConfig } from '../config/common-config';
import type { Logger } from '../logging/logger';
import type { ServiceDefinition } from './service-definition';
import { untilAvailable } from './until-available';

export interface OpenOptions {
  readonly config: CommonConfig;
  readonly logger: Logger;
  /** Ends the waiting for what does not answer. */
  readonly signal?: AbortSignal;
  /** Told when something the process cannot live without is gone. */
  readonly onFatal: (reason: string, error?: Error) => void;
}

/** What a service holds open; given back in the reverse order. */
export class Closers {
  private readonly closers: { readonly name: string; readonly close: () => Promise<unknown> }[] = [];

  constructor(private readonly logger: Logger) {}

  add(name: string, close: () => Promise<unknown>): void {
    this.closers.push({ name, close });
  }

  /** Closes everything, the last opened first; one that fails does not keep the others open. */
  async closeAll(): Promise<void> {
    for (let closer = this.closers.pop(); closer; closer = this.closers.pop()) {
      try {
        await closer.close();
      } catch (err) {
        this.logger.error({ err, part: closer.name }, 'could not close');
      }
    }
  }
}

export interface Resources {
  readonly pool: DatabasePool;
  readonly log: EventLog;
  readonly personKeys: PersonKeys;
}

async function databaseUrl({ config, logger, onFatal }: OpenOptions, closers: Closers): Promise<string> {
  if (config.DATABASE_URL !== undefined) return config.DATABASE_URL;
  const server = await startEmbeddedPostgres({
    dataDir: path.resolve(config.DATA_DIR, 'postgres'),
    onLog: (line) => logger.debug({ postgres: line }, 'postgres'),
    onUnexpectedEnd: () => onFatal('the embedded Postgres ended by itself'),
  });
  closers.add('embedded Postgres', () => server.stop());
  return server.url;
}

async function openDatabase(definition: ServiceDefinition, options: OpenOptions, closers: Closers): Promise<DatabasePool> {
  const { config, logger, signal } = options;
  const url = await databaseUrl(options, closers);
  await waitForDatabase(url, { log: (line) => logger.warn(line), ...(signal && { signal }) });
  const pool = createPool({
    url,
    applicationName: `picly ${definition.name}`,
    maxConnections: config.DATABASE_CONNECTIONS,
    onIdleError: (err) => logger.warn({ err }, 'a database connection broke'),
  });
  closers.add('database connections', () => pool.close());
  const log = (line: string): void => logger.info(line);
  await PersonKeys.install(pool);
  for (const migrations of definition.migrations ?? []) await migrate(pool, { ...migrations, log });
  await installProjections(pool, definition.projections, { log });
  await installErasures(pool);
  return pool;
}

async function createLog(definition: ServiceDefinition, { config, logger }: OpenOptions, pool: DatabasePool): Promise<EventLog> {
  await refuseOtherLog(pool, config.KAFKA_BROKERS.length === 0 ? 'postgres' : 'kafka');
  if (config.KAFKA_BROKERS.length === 0) {
    // The directory of the embedded Postgres belongs to one process.
    const sole = config.DATABASE_URL === undefined;
    return createPostgresLog({ url: pool.url, sole, onError: (err) => logger.warn({ err }, 'the log had trouble and tries again') });
  }
  return createKafkaLog({
    brokers: config.KAFKA_BROKERS,
    clientId: `picly.${definition.name}`,
    harmfulSettings: config.KAFKA_TOPIC_SETTINGS,
    ...(config.KAFKA_REPLICATION !== undefined && { replicationFactor: config.KAFKA_REPLICATION }),
    onWarning: (message, err) => logger.warn({ ...(err !== undefined && { err }) }, message),
  });
}

/** Waits until the log answers, and has its topics. */
async function openLog(definition: ServiceDefinition, options: OpenOptions, pool: DatabasePool): Promise<EventLog> {
  const { config, logger, signal } = options;
  const topics = EVENT_TYPES.map((type) => ({ name: topicOf(type), partitions: config.LOG_PARTITIONS, retentionMs: null }));
  const place = config.KAFKA_BROKERS.length === 0 ? '' : ` at ${config.KAFKA_BROKERS.join(', ')}`;
  const attempt = async (): Promise<EventLog> => {
    const log = await createLog(definition, options, pool);
    try {
      await log.ensureTopics(topics);
      return log;
    } catch (error) {
      await log.close().catch(() => undefined);
      throw error;
    }
  };
  return untilAvailable(attempt, { what: `the event log${place}`, logger, ...(signal && { signal }) });
}

/** Database, log and keys, waiting for what does not answer yet. What was opened is in `closers` even when it throws. */
export async function openResources(definition: ServiceDefinition, options: OpenOptions, closers: Closers): Promise<Resources> {
  const pool = await openDatabase(definition, options, closers);
  const log = await openLog(definition, options, pool);
  closers.add('event log', () => log.close());
  return { pool, log, personKeys: new PersonKeys({ pool }) };
}
