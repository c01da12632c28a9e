import { regret } from './bandit';
import { brokenRandomisation } from './broken';
import { movingCap } from './capped';
import { cuped, intervals } from './coverage';
import { everyEvent, fiftyLooks } from './peeking';
import { plannedPower } from './power';
import type { Scenario } from './scenario';

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  peeking: fiftyLooks,
  'every-event': everyEvent,
  capped: movingCap,
  power: plannedPower,
  intervals,
  cuped,
  bandit: regret,
  broken: brokenRandomisation,
};
