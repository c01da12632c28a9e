import { planExperiment, progressOf, type PlanInput } from './plan';
import { detectableEffect, powerAt, unitsNeeded, type TestDesign } from './power';
import oracle from './vectors/methods.json';

const ALWAYS: TestDesign = { method: 'always_valid', sided: 'two', alpha: 0.05, tuningN: 5000, looks: 20 };
const FIXED: TestDesign = { ...ALWAYS, method: 'fixed' };
const SHARE: PlanInput = {
  type: 'proportion',
  direction: 'up',
  baseline: { mean: 0.1 },
  scale: 'relative',
  effect: 0.1,
  weights: [0.5, 0.5],
  power: 0.8,
  design: FIXED,
  unitsPerDay: 2000,
  days: 14,
};

describe('power', () => {
  it.each(oracle.powerAlways)('of looking $looks times at drift $drift is what 400,000 random walks show', (row) => {
    const { drift, n, looks, alpha, tuningN, sided, power } = row;
    const design: TestDesign = { method: 'always_valid', sided: sided === 'two' ? 'two' : 'greater', alpha, tuningN, looks };
    expect(Math.abs(powerAt({ effect: drift / Math.sqrt(n), sd: 1 }, n, design) - power)).toBeLessThan(0.004);
  });

  it.each(oracle.powerFixed)('of the fixed test for $effect at $n is the normal one', ({ effect, sd, n, alpha, power }) => {
    expect(powerAt({ effect, sd }, n, { ...FIXED, alpha })).toBeCloseTo(power, 9);
  });

  it.each([ALWAYS, FIXED])('sample and smallest effect turn it round ($method)', (design) => {
    const units = unitsNeeded({ effect: 0.05, sd: 1 }, 0.8, design) ?? 0;
    expect(powerAt({ effect: 0.05, sd: 1 }, units, design)).toBeCloseTo(0.8, 2);
    expect(detectableEffect(1, units, { power: 0.8, design })).toBeCloseTo(0.05, 3);
  });

  it('has no sample for no effect', () => {
    expect(unitsNeeded({ effect: 0, sd: 1 }, 0.8, ALWAYS)).toBeNull();
    expect(powerAt({ effect: 1, sd: 0 }, 100, ALWAYS)).toBe(0);
  });
});

describe('a plan', () => {
  it('has as many units as the textbook says', () => {
    // n per arm = (z_.975 + z_.8)^2 (.11 * .89 + .1 * .9 * 1.21) / (.1 * .1)^2, relative by the delta method. The plan knows that the
    // standard error of a relative effect grows with it, and needs a little less.
    const { units, unitsByArm, days, atEnd } = planExperiment(SHARE);
    const textbook = 2 * 7.848879 * ((0.11 * 0.89 + 0.09 * 1.21) / 0.0001);
    expect((units ?? 0) / textbook).toBeGreaterThan(0.93);
    expect((units ?? 0) / textbook).toBeLessThan(1);
    expect(unitsByArm[0]).toBe(unitsByArm[1]);
    expect(days).toBe(Math.ceil((units ?? 0) / 2000));
    expect(atEnd?.units).toBe(28_000);
  });

  it('takes longer when the arms are uneven, when it may be read every day, and when CUPED does not help', () => {
    const of = (change: Partial<PlanInput>): number => planExperiment({ ...SHARE, ...change }).units ?? 0;
    const even = of({});
    expect(of({ weights: [0.9, 0.1] })).toBeGreaterThan(even * 2);
    expect(of({ design: ALWAYS })).toBeGreaterThan(even * 1.3);
    expect(of({ correlation: 0.6 }) / even).toBeCloseTo(1 - 0.36, 1);
    expect(of({ weights: [1, 1, 1] }) / even).toBeCloseTo(1.5, 2);
  });

  it('knows the smallest effect of a metric that should go down as a fall', () => {
    const { atEnd } = planExperiment({ ...SHARE, direction: 'down' });
    expect(atEnd?.detectableEffect).toBeLessThan(0);
  });
});

describe('progress', () => {
  it('says what is still needed from the standard error so far', () => {
    const progress = progressOf({ se: 0.02, n: 10_000, effect: 0.05, power: 0.8, design: FIXED, unitsPerDay: 1000 });
    // z = 2.8016 standard errors are needed, 2.5 are there: n grows by (2.8016 / 2.5)^2
    expect(progress.unitsStillNeeded).toBeGreaterThan(2_540);
    expect(progress.unitsStillNeeded).toBeLessThan(2_580);
    expect(progress.daysStillNeeded).toBeCloseTo((progress.unitsStillNeeded ?? 0) / 1000, 12);
    expect(progress.unitsNeeded).toBe(10_000 + (progress.unitsStillNeeded ?? 0));
    expect(progress.detectableEffect).toBeCloseTo(2.8016 * 0.02, 4);
    expect(progressOf({ se: 0, n: 0, effect: 1, power: 0.8, design: FIXED })).toMatchObject({ power: 0, unitsStillNeeded: null });
    expect(progressOf({ se: 0.001, n: 9, effect: 5, power: 0.8, design: FIXED }).unitsStillNeeded).toBe(0);
  });
});
