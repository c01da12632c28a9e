import {
  adaptiveEffect,
  banditWeights,
  DEFAULT_COMPARE_OPTIONS,
  randomFrom,
  testEffect,
  type AllocationPeriod,
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
  readonly periods: readonly AllocationPeriod[];
}

/** One experiment in which `next` chooses the weights of every period from all that was seen. */
function play(random: Random, next: (seen: readonly Tally[]) => readonly number[]): Played {
  const seen = RATES.map(() => new Tally());
  const periods: AllocationPeriod[] = [];
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
    periods.push({ weights, arms });
  }
  return { regret, periods };
}

const equal = (): readonly number[] => RATES.map(() => 1 / RATES.length);

function covers(periods: readonly AllocationPeriod[], arm: number): boolean {
  const [low, high] = testEffect(adaptiveEffect(periods, arm, 'absolute'), {
    ...DEFAULT_COMPARE_OPTIONS,
    method: 'fixed',
    effect: 'absolute',
  }).interval;
  const truth = (RATES[arm] ?? 0) - RATES[0];
  return (low ?? truth) <= truth && truth <= (high ?? truth);
}

function simulate(options: SimulationOptions): Figure[] {
  const random = randomFrom(options.seed);
  let [bandit, fixed, covered] = [0, 0, 0];
  for (let run = 0; run < options.runs; run++) {
    const played = play(random, (seen) => banditWeights('proportion', seen, { direction: 'up', floor: FLOOR }).weights);
    bandit += played.regret;
    covered += [1, 2, 3].filter((arm) => covers(played.periods, arm)).length;
    fixed += play(random, equal).regret;
    options.onRun?.();
  }
  const saved = 1 - bandit / fixed;
  return [
    { name: 'regret, of that of a fixed split', value: 1 - saved, promise: '< 1', kept: saved > 0 },
    atLeast('weighted intervals cover the truth, in spite of adaptive allocation', covered / (3 * options.runs), 0.93),
  ];
}

export const regret: Scenario = { title: 'Bandit, 4 arms, 30 periods', runs: 300, simulate };
