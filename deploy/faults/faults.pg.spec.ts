import { cutDatabase } from './modes/cut-database';
import { duplicates } from './modes/duplicates';
import { kill9 } from './modes/kill-9';
import { killAll } from './modes/kill-all';
import { loseAcknowledgements } from './modes/lose-acknowledgements';
import { poison } from './modes/poison';
import { terminateBackends } from './modes/terminate-backends.queries';
import { runRound } from './round';
import { System } from './system';

/** One short round each; `npm run test:faults` runs as many as asked for, and the faults that take longer. */
describe('two processes on one database, while events flow', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start('embedded');
  }, 300_000);
  afterAll(() => system.stop(), 60_000);

  test.each(
    [kill9, killAll, cutDatabase, loseAcknowledgements, terminateBackends, duplicates, poison].map(
      (fault, n) => [fault.name, fault, 1_000 + n] as const,
    ),
  )(
    '%s: nothing acknowledged is lost, nothing counts twice',
    async (_name, fault, seed) => {
      const { injected, violations } = await runRound(system, fault, seed);
      expect({ seed, happened: injected > 0, violations }).toEqual({ seed, happened: true, violations: [] });
    },
    600_000,
  );
});
