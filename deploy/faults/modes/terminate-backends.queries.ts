import { createPool } from '@picly/database';
import type { Fault } from '../fault';

const PRODUCT_BACKENDS = `select count(pg_terminate_backend(pid))::int as n from pg_stat_activity
  where pid <> pg_backend_pid() and backend_type = 'client backend' and random() < 0.7`;

/** The server ends sessions in the middle of their transactions. */
export const terminateBackends: Fault = {
  name: 'pg_terminate_backend',
  inject: async ({ system, random, sleep }) => {
    const pool = createPool({ url: system.databaseUrl, maxConnections: 1, applicationName: 'picly fault' });
    let ended = 0;
    try {
      for (let n = 0; n < 4; n++) {
        await sleep(100 + random() * 600);
        const [row] = await pool.query<{ n: number }>(PRODUCT_BACKENDS);
        ended += row?.n ?? 0;
      }
    } finally {
      await pool.close();
    }
    return ended;
  },
};
