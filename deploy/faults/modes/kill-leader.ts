import type { Fault } from '../fault';

/** A broker dies without a word, with records that it was to acknowledge; others lead its partitions. It comes back later. */
export const killLeader: Fault = {
  name: 'broker leader killed',
  logs: ['kafka'],
  inject: async ({ system: { brokers }, random, sleep }) => {
    await sleep(100 + random() * 1_000);
    const leader = await brokers.leaderOf('picly.action-tracked', Math.floor(random() * 4));
    await brokers.kill(leader);
    await sleep(500 + random() * 2_000);
    await brokers.start(leader);
    return 1;
  },
};
