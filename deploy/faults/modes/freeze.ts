import { victimOf, type Fault } from '../fault';

/** Longer than a member may be unheard of: its partitions are taken over while it does not know. */
const FROZEN_MS = 12_000;

/** A process stands still past its session, another takes over, and the zombie wakes up in the middle of its transaction. */
export const freeze: Fault = {
  name: 'SIGSTOP past the session, then SIGCONT',
  inject: async (context) => {
    const victim = victimOf(context);
    await context.sleep(100 + context.random() * 1_000);
    victim.signal('SIGSTOP');
    await context.sleep(FROZEN_MS);
    victim.signal('SIGCONT');
    return 1;
  },
};
