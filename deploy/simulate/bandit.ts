import {
  allocationEffect,
  banditWeights,
  DEFAULT_COMPARE_OPTIONS,
  randomFrom,
  testEffect,
  type ComparisonMethod,
  type AllocationStratum,
  type Random,
} from '@picly/statistics';
import { atLeast, Tally, type Figure, type Scenario, type SimulationOptions } from './scenario';

const RATES = [0.1, 0.12, 0.16, 0.08] as const;
const BEST = Math.max(...RATES);
const PERIODS = 30;
const UNITS = 300;
const FLOOR = 0.02;

interface Played {
  /** Successes lost against always showing the best arm. */
  readonly regret: number;
  /** Sums of all arms, period by period. */
  readonly periods: readonly (readonly Tally[])[];
}

/** One experiment in which `next` chooses the weights of every period from all that was seen. */
function play(random: Random, next: (seen: readonly Tally[]) => readonly number[]): Played {
  const seen = RATES.map(() => new Tally());
  const periods: Tally[][] = [];
  let regret = 0;
  for (let period = 0; period < PERIODS; period++) {
    const weights = next(seen);
    const arms = RATES.map(() => new Tally());
    for (let unit = 0; unit < UNITS; unit++) {
      const arm = random.choice(weights);
      const rate = RATES[arm] ?? 0;
      const value = random.bernoulli(rate) ? 1 : 0;
      arms[arm]?.add(value);
      seen[arm]?.add(value);
      regret += BEST - rate;
    }
    periods.push(arms);
  }
  return { regret, periods };
}

const equal = (): readonly number[] => RATES.map(() => 1 / RATES.length);

function strataOf(periods: Played['periods'], arm: number): AllocationStratum[] {
  return periods.flatMap((arms) => {
    const [control, treated] = [arms[0], arms[arm]];
    return control && treated ? [{ control, arm: treated, units: arms.reduce((sum, { n }) => sum + n, 0) }] : [];
  });
}

function covers(periods: Played['periods'], arm: number, method: ComparisonMethod): boolean {
  const estimate = allocationEffect('proportion', strataOf(periods, arm), { effect: 'absolute', cuped: false });
  const [low, high] = testEffect(estimate, { ...DEFAULT_COMPARE_OPTIONS, method, effect: 'absolute' }).interval;
  const truth = (RATES[arm] ?? 0) - RATES[0];
  return (low ?? truth) <= truth && truth <= (high ?? truth);
}

function simulate(options: SimulationOptions): Figure[] {
  const random = randomFrom(options.seed);
  let [bandit, fixed, always, once] = [0, 0, 0, 0];
  for (let run = 0; run < options.runs; run++) {
    const played = play(random, (seen) => banditWeights('proportion', seen, { direction: 'up', floor: FLOOR }).weights);
    bandit += played.regret;
    always += [1, 2, 3].filter((arm) => covers(played.periods, arm, 'always_valid')).length;
    once += [1, 2, 3].filter((arm) => covers(played.periods, arm, 'fixed')).length;
    fixed += play(random, equal).regret;
    options.onRun?.();
  }
  const saved = 1 - bandit / fixed;
  return [
    { name: 'regret, of that of a fixed split', value: 1 - saved, promise: '< 1', kept: saved > 0 },
    atLeast('always-valid covers the truth, in spite of adaptive allocation', always / (3 * options.runs), 0.95),
    atLeast('fixed covers the truth, in spite of adaptive allocation', once / (3 * options.runs), 0.93),
  ];
}

export const regret: Scenario = { title: 'Bandit, 4 arms, 30 periods', runs: 300, simulate };
