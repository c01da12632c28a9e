import { victimOf, type Fault } from '../fault';

const SECOND_MS = 1_000;
const JUMPS_MS = [2, 600, 3_600, 86_400].map((seconds) => seconds * SECOND_MS);
/** Longer than it takes a process to notice. */
const STAYS_MS = 250;

/** The clocks of the processes jump ahead and back, each by itself. */
export const clockJumps: Fault = {
  name: 'clocks jump',
  inject: async (context) => {
    const jumps = 4 + Math.floor(context.random() * 4);
    for (let n = 0; n < jumps; n++) {
      const by = JUMPS_MS[Math.floor(context.random() * JUMPS_MS.length)] ?? 0;
      await victimOf(context).setClock(context.random() < 0.5 ? by : -by);
      await context.sleep(STAYS_MS + context.random() * 500);
    }
    for (const instance of context.system.instances) await instance.setClock(0);
    await context.sleep(STAYS_MS);
    return jumps;
  },
};
