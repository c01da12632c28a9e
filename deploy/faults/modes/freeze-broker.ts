import type { Fault } from '../fault';

/** Longer than brokers and clients wait for one of them. */
const FROZEN_MS = 13_000;

/** A broker that leads partitions stands still past its session, others lead them, and it wakes up. */
export const freezeBroker: Fault = {
  name: 'broker leader frozen past its session',
  logs: ['kafka'],
  inject: async ({ system: { brokers }, random, sleep }) => {
    await sleep(100 + random() * 1_000);
    const leader = await brokers.leaderOf('picly.action-tracked', Math.floor(random() * 4));
    await brokers.pause(leader);
    await sleep(FROZEN_MS);
    await brokers.resume(leader);
    return 1;
  },
};
