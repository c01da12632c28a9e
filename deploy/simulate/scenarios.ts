import { regret } from './bandit';
import { brokenRandomisation } from './broken';
import { cuped, intervals } from './coverage';
import { everyEvent, fiftyLooks } from './peeking';
import { plannedPower } from './power';
import type { Scenario } from './scenario';

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  peeking: fiftyLooks,
  'every-event': everyEvent,
  power: plannedPower,
  intervals,
  cuped,
  bandit: regret,
  broken: brokenRandomisation,
};
