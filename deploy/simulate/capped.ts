import { estimateEffect, percentileCont, type Random } from '@picly/statistics';
import { figuresOf, isSignificant, METHODS, peek } from './peeking';
import { Tally, type Method, type Scenario } from './scenario';

const LOOKS = 50;
const UNITS_PER_LOOK = 100;
const PERCENTILE = 0.95;

/** Lognormal with a tail that makes plain means nearly useless: the largest one of five thousand is some 150 times the mean. */
const heavy = (random: Random): number => Math.exp(2 * random.normal() - 2);

function tallied(values: readonly number[], cap: number): Tally {
  const tally = new Tally();
  for (const value of values) tally.add(Math.min(value, cap));
  return tally;
}

/** Both arms alike, each unit above the percentile of all so far counted as that; which of the tests ever calls it a difference. */
function everSignificant(random: Random): ReadonlySet<Method> {
  const [control, arm]: [number[], number[]] = [[], []];
  const significant = new Set<Method>();
  for (let look = 0; look < LOOKS; look++) {
    for (let unit = 0; unit < UNITS_PER_LOOK; unit++) (random.bernoulli(0.5) ? control : arm).push(heavy(random));
    const cap = percentileCont([...Float64Array.from(control.concat(arm)).sort()], PERCENTILE) ?? 0;
    const estimate = estimateEffect('mean', tallied(control, cap), tallied(arm, cap), { effect: 'relative', cuped: false });
    for (const method of METHODS) if (isSignificant(estimate, method)) significant.add(method);
  }
  return significant;
}

export const movingCap: Scenario = {
  title: 'A/A, 50 looks, capped at the 95th percentile so far',
  runs: 1_000,
  simulate: (options) => figuresOf('', peek(options, everSignificant)),
};
