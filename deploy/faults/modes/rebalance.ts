import type { Fault } from '../fault';

/** A third process comes and goes, cleanly or not: partitions move while they are worked on. */
export const rebalance: Fault = {
  name: 'partitions move under load',
  inject: async ({ system, random, sleep }) => {
    let moves = 0;
    for (let n = 0; n < 2; n++) {
      const third = system.another();
      try {
        await third.start();
        await sleep(200 + random() * 1_000);
        third.signal(random() < 0.5 ? 'SIGTERM' : 'SIGKILL');
        await third.gone();
        moves += 2;
      } finally {
        await third.stop();
      }
    }
    return moves;
  },
};
