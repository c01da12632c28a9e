import { killAllOf, type Fault } from '../fault';

/** All processes die at once: nothing that only memory knew may have been promised. */
export const killAll: Fault = {
  name: 'kill -9 of all',
  inject: async ({ system, random, sleep }) => {
    await sleep(100 + random() * 1_500);
    await killAllOf(system);
    return system.instances.length;
  },
};
