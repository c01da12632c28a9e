import { victimOf, type Fault } from '../fault';

/** A process dies at any step, without a word, and comes back. */
export const kill9: Fault = {
  name: 'kill -9',
  inject: async (context) => {
    const victim = victimOf(context);
    await context.sleep(100 + context.random() * 1_500);
    victim.signal('SIGKILL');
    await victim.gone();
    await victim.start();
    return 1;
  },
};
