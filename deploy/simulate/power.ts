import { compare, decide, planExperiment, randomFrom, type DecisionResult, type PlanInput, type Random } from '@picly/statistics';
import { shareOf, Tally, within, type Scenario, type SimulationOptions } from './scenario';

const BASELINE = 0.2;
const EFFECT = 0.15;
const DAYS = 20;

const plan = (method: 'always_valid' | 'fixed'): PlanInput => ({
  type: 'proportion',
  direction: 'up',
  baseline: { mean: BASELINE },
  scale: 'relative',
  effect: EFFECT,
  weights: [0.5, 0.5],
  power: 0.8,
  design: { method, sided: 'two', alpha: 0.05, tuningN: 5_000, looks: method === 'fixed' ? 1 : DAYS },
});

function decisionAt(arms: readonly [Tally, Tally], method: 'always_valid' | 'fixed', isOver: boolean): DecisionResult {
  const primary = compare('proportion', ...arms, { method });
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
function isNamed(random: Random, unitsPerArm: number, method: 'always_valid' | 'fixed'): boolean {
  const arms = [new Tally(), new Tally()] as const;
  const looks = method === 'fixed' ? 1 : DAYS;
  for (let look = 1; look <= looks; look++) {
    while (arms[0].n < (unitsPerArm * look) / looks) {
      arms[0].add(random.bernoulli(BASELINE) ? 1 : 0);
      arms[1].add(random.bernoulli(BASELINE * (1 + EFFECT)) ? 1 : 0);
    }
    if (decisionAt(arms, method, look === looks).decision === 'ship') return true;
  }
  return false;
}

function namedShare(options: SimulationOptions, method: 'always_valid' | 'fixed'): number {
  const random = randomFrom(options.seed);
  const { unitsByArm } = planExperiment(plan(method));
  return shareOf(options, () => isNamed(random, unitsByArm[0] ?? 0, method));
}

export const plannedPower: Scenario = {
  title: 'A true effect, planned at power 0.8',
  runs: 2_000,
  simulate: (options) => [
    within('always-valid, 20 looks: the winner is named', namedShare(options, 'always_valid'), { of: 0.8, by: 0.03 }),
    within('fixed, one look: the winner is named', namedShare(options, 'fixed'), { of: 0.8, by: 0.03 }),
  ],
};
