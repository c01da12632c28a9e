import { access } from 'node:fs/promises';
import path from 'node:path';
import { createPool, reachEmbeddedPostgres, type DatabasePool } from '@picly/database';
import { createKafkaLog, createPostgresLog, type EventLog } from '@picly/event-log';
import type { StorageConfig } from '../config';
import { UserError } from '../user-error';

/** The database of the system, reached directly. */
export interface Storage {
  readonly pool: DatabasePool;
  readonly close: () => Promise<void>;
}

/** Beside the running system, if it runs. `existing`: a directory without a database is a mistake, not a new one. */
export async function openStorage(config: StorageConfig, { existing }: { readonly existing: boolean }): Promise<Storage> {
  if (config.databaseUrl !== undefined) {
    const pool = createPool({ url: config.databaseUrl, applicationName: 'picly log', maxConnections: 6 });
    return { pool, close: () => pool.close() };
  }
  if (existing) await refuseEmpty(config.dataDir);
  const server = await reachEmbeddedPostgres(config.dataDir);
  const pool = createPool({ url: server.url, applicationName: 'picly log', maxConnections: 6 });
  return {
    pool,
    close: async () => {
      await pool.close();
      await server.stop();
    },
  };
}

async function refuseEmpty(dataDir: string): Promise<void> {
  await access(path.join(dataDir, 'cluster')).catch(() => {
    throw new UserError(`there is no database in ${path.dirname(dataDir)}: set DATA_DIR or DATABASE_URL to that of the system`);
  });
}

export function openKafka({ kafkaReplication: replicationFactor }: StorageConfig, brokers: readonly string[]): Promise<EventLog> {
  if (brokers.length === 0) throw new UserError('where is Kafka? give --brokers host:port,... or set KAFKA_BROKERS');
  return createKafkaLog({ brokers, clientId: 'picly.log', ...(replicationFactor !== undefined && { replicationFactor }) });
}

/** The log of the system, by its settings. */
export function openLog(config: StorageConfig, pool: DatabasePool): Promise<EventLog> {
  return config.kafkaBrokers.length > 0 ? openKafka(config, config.kafkaBrokers) : createPostgresLog({ pool });
}
