import type { Fault } from '../fault';

/** The database server dies and recovers: what it had acknowledged, it has. */
export const crashPostgres: Fault = {
  name: 'Postgres killed and restarted',
  inject: async ({ system, random, sleep }) => {
    await sleep(200 + random() * 1_500);
    await system.crashPostgres();
    return 1;
  },
};
