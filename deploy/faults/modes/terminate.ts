import { victimOf, type Fault } from '../fault';

/** A process is asked to end in the middle of its work, and does so cleanly. */
export const terminate: Fault = {
  name: 'SIGTERM',
  inject: async (context) => {
    const victim = victimOf(context);
    await context.sleep(100 + context.random() * 1_500);
    victim.signal('SIGTERM');
    await victim.gone();
    await victim.start();
    return 1;
  },
};
