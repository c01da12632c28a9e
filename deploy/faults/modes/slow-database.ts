import type { Fault } from '../fault';

/** Every answer of the database comes late, and some of the connections break meanwhile. */
export const slowDatabase: Fault = {
  name: 'database slow, then cut',
  inject: async ({ system, random, sleep }) => {
    system.database.delay(20 + random() * 80);
    await sleep(1_000 + random() * 1_500);
    system.database.cut();
    system.database.delay(0);
    return 1;
  },
};
