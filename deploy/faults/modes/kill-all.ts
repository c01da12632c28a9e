import type { Fault } from '../fault';

/** All processes die at once: nothing that only memory knew may have been promised. */
export const killAll: Fault = {
  name: 'kill -9 of all',
  inject: async ({ system, random, sleep }) => {
    await sleep(100 + random() * 1_500);
    for (const instance of system.instances) instance.signal('SIGKILL');
    for (const instance of system.instances) await instance.gone();
    for (const instance of system.instances) await instance.start();
    return system.instances.length;
  },
};
