import { createPool } from '@picly/database';
import { createTestDatabase, startTcpProxy, type TcpProxy } from '@picly/testing';
import type { EventLog } from '../port';
import { createPostgresLog } from '../postgres/postgres-log';
import { eventLogFeatures } from './event-log.features';
import type { LogHarness } from './log-harness';

/** Every client goes through a proxy of its own, so that it can be cut off alone. */
async function postgresHarness(): Promise<LogHarness> {
  const database = await createTestDatabase();
  const admin = createPool({ url: database.url, maxConnections: 1 });
  const proxies = new Map<EventLog, TcpProxy>();
  const target = new URL(database.url);
  return {
    open: async () => {
      const proxy = await startTcpProxy({ host: target.hostname, port: Number(target.port) });
      const url = new URL(database.url);
      url.port = String(proxy.port);
      const log = await createPostgresLog({ url: url.href });
      proxies.set(log, proxy);
      return log;
    },
    disrupt: async () => {
      await admin.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
    },
    isolate: async (log) => {
      proxies.get(log)?.refuse(true);
      return async () => proxies.get(log)?.refuse(false);
    },
    close: async () => {
      for (const proxy of proxies.values()) await proxy.close();
      await admin.close();
      await database.drop();
    },
  };
}

eventLogFeatures('the log in Postgres', postgresHarness);
