import {
  compare,
  decide,
  planExperiment,
  randomFrom,
  type ComparisonMethod,
  type DecisionResult,
  type PlanInput,
  type Random,
} from '@picly/statistics';
import { amount, shareOf, Tally, within, type Figure, type Scenario, type SimulationOptions } from './scenario';

const DAYS = 20;

type Method = Exclude<ComparisonMethod, 'bayesian'>;

/** A metric with a true effect, as it is planned and as it comes. */
interface Planned extends Pick<PlanInput, 'type' | 'baseline'> {
  readonly effect: number;
  readonly draw: (random: Random, lift: number) => number;
}

const SHARE = 0.2;
const shares: Planned = {
  type: 'proportion',
  baseline: { mean: SHARE },
  effect: 0.15,
  draw: (random, lift) => (random.bernoulli(SHARE * (1 + lift)) ? 1 : 0),
};
/** Mean 1, variance e^.25 - 1. */
const amounts: Planned = {
  type: 'mean',
  baseline: { mean: 1, variance: Math.expm1(0.25) },
  effect: 0.08,
  draw: (random, lift) => amount(random) + lift,
};

const planOf = ({ type, baseline, effect }: Planned, method: Method): PlanInput => ({
  type,
  baseline,
  effect,
  direction: 'up',
  scale: 'relative',
  weights: [0.5, 0.5],
  power: 0.8,
  design: { method, sided: 'two', alpha: 0.05, tuningN: 5_000, looks: method === 'fixed' ? 1 : DAYS },
});

interface Look {
  readonly type: Planned['type'];
  readonly method: Method;
  readonly isOver: boolean;
}

function decisionAt(arms: readonly [Tally, Tally], { type, method, isOver }: Look): DecisionResult {
  const primary = compare(type, ...arms, { method });
  return decide({
    direction: 'up',
    alpha: 0.05,
    arms: [{ arm: 'b', primary, pAdjusted: primary.p, guardrails: [] }],
    sampleRatioAlarm: false,
    multipleExposureAlarm: false,
    runDays: DAYS,
    minimumRunDays: 0,
    unitsOfSmallestArm: Math.min(arms[0].n, arms[1].n),
    minimumUnitsPerArm: 0,
    lossLimit: 0.05,
    isOver,
  });
}

/** One experiment with the planned effect, read as often as planned: whether the arm is ever named. */
function isNamed(
  random: Random,
  { type, effect, draw }: Planned,
  plan: { readonly unitsPerArm: number; readonly method: Method },
): boolean {
  const { unitsPerArm, method } = plan;
  const arms = [new Tally(), new Tally()] as const;
  const looks = method === 'fixed' ? 1 : DAYS;
  for (let look = 1; look <= looks; look++) {
    while (arms[0].n < (unitsPerArm * look) / looks) {
      arms[0].add(draw(random, 0));
      arms[1].add(draw(random, effect));
    }
    if (decisionAt(arms, { type, method, isOver: look === looks }).decision === 'ship') return true;
  }
  return false;
}

function namedShare(options: SimulationOptions, planned: Planned, method: Method): Figure {
  const random = randomFrom(options.seed);
  const unitsPerArm = planExperiment(planOf(planned, method)).unitsByArm[0] ?? 0;
  const share = shareOf(options, () => isNamed(random, planned, { unitsPerArm, method }));
  const how = method === 'fixed' ? 'fixed, one look' : `always-valid, ${DAYS} looks`;
  return within(`${planned.type === 'mean' ? 'amounts' : 'shares'}, ${how}: the winner is named`, share, { of: 0.8, by: 0.03 });
}

export const plannedPower: Scenario = {
  title: 'A true effect, planned at power 0.8',
  runs: 2_000,
  simulate: (options) => [
    namedShare(options, shares, 'always_valid'),
    namedShare(options, shares, 'fixed'),
    namedShare(options, amounts, 'always_valid'),
    namedShare(options, amounts, 'fixed'),
  ],
};
