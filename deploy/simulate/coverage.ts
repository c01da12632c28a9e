import { compare, randomFrom, type ArmSums, type CompareOptions, type Random } from '@picly/statistics';
import { amount, atLeast, shareOf, within, type Scenario, type SimulationOptions } from './scenario';

const UNITS = 200;
const LIFT = 0.1;
const CORRELATION = 0.7;

interface Unit {
  readonly value: number;
  readonly pre: number;
}

/** A unit whose value and value before exposure have the correlation. */
function correlatedUnit(random: Random, mean: number): Unit {
  const before = random.normal();
  return { value: mean + CORRELATION * before + Math.sqrt(1 - CORRELATION ** 2) * random.normal(), pre: 5 + before };
}

function arm(of: () => Unit): ArmSums {
  let [sum, sumSquares, preSum, preSumSquares, postPreSum] = [0, 0, 0, 0, 0];
  for (let unit = 0; unit < UNITS; unit++) {
    const { value, pre } = of();
    sum += value;
    sumSquares += value * value;
    preSum += pre;
    preSumSquares += pre * pre;
    postPreSum += value * pre;
  }
  return { n: UNITS, sum, sumSquares, preSum, preSumSquares, postPreSum };
}

function coverage(options: SimulationOptions, how: Partial<CompareOptions>): number {
  const random = randomFrom(options.seed);
  return shareOf(options, () => {
    const control = arm(() => ({ value: amount(random), pre: 0 }));
    const treated = arm(() => ({ value: (1 + LIFT) * amount(random), pre: 0 }));
    const [low, high] = compare('mean', control, treated, how).interval;
    return (low ?? LIFT) <= LIFT && LIFT <= (high ?? LIFT);
  });
}

function cupedCoverage(options: SimulationOptions): number {
  const random = randomFrom(options.seed);
  return shareOf(options, () => {
    const [control, treated] = [arm(() => correlatedUnit(random, 10)), arm(() => correlatedUnit(random, 10 * (1 + LIFT)))];
    const [low, high] = compare('mean', control, treated, { method: 'fixed', cuped: true }).interval;
    return (low ?? LIFT) <= LIFT && LIFT <= (high ?? LIFT);
  });
}

export const intervals: Scenario = {
  title: 'Intervals at 95 %, skewed amounts',
  runs: 5_000,
  simulate: (options) => [
    atLeast('always-valid covers the truth', coverage(options, {}), 0.94),
    atLeast('fixed covers the truth', coverage(options, { method: 'fixed' }), 0.94),
    atLeast('Bayesian (flat) covers the truth', coverage(options, { method: 'bayesian' }), 0.94),
    atLeast('fixed with CUPED covers the truth', cupedCoverage(options), 0.94),
  ],
};

const variance = (values: readonly number[]): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
};

function varianceFactor(options: SimulationOptions): number {
  const random = randomFrom(options.seed);
  const plain: number[] = [];
  const adjusted: number[] = [];
  for (let run = 0; run < options.runs; run++) {
    const [control, treated] = [arm(() => correlatedUnit(random, 10)), arm(() => correlatedUnit(random, 10))];
    plain.push(compare('mean', control, treated, { effect: 'absolute' }).effect);
    adjusted.push(compare('mean', control, treated, { effect: 'absolute', cuped: true }).effect);
    options.onRun?.();
  }
  return variance(adjusted) / variance(plain);
}

export const cuped: Scenario = {
  title: 'CUPED, correlation 0.7',
  runs: 4_000,
  simulate: (options) => {
    const of = 1 - CORRELATION ** 2;
    return [within('variance of the effect, of what it is without', varianceFactor(options), { of, by: of / 10 })];
  },
};
