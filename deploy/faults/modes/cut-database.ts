import type { Fault } from '../fault';

/** All connections to the database break, again and again, then none can be made for a while. */
export const cutDatabase: Fault = {
  name: 'database connections cut',
  inject: async ({ system, random, sleep }) => {
    const cuts = 3 + Math.floor(random() * 5);
    for (let n = 0; n < cuts; n++) {
      await sleep(50 + random() * 500);
      system.database.cut();
    }
    system.database.refuse(true);
    await sleep(200 + random() * 1_500);
    system.database.refuse(false);
    return cuts;
  },
};
