import fc from 'fast-check';
import { sequenceBoundary, mixingRho, type Sided } from './always-valid';
import { addSums, sumsOfUnits, type ArmSums, type MetricType } from './arm-sums';
import { compare, noComparison, type CompareOptions, type Comparison, type ComparisonMethod } from './compare';
import oracle from './vectors/compare-rows.json';

const A = { n: 3407, sum: 1396.87, sumSquares: 52377.9767 };
const B = { n: 3461, sum: 2422.7, sumSquares: 134698.29 };

const near = (value: number | null, expected: number | null | undefined, tolerance: number): boolean =>
  value === null || expected === null || expected === undefined ? value === expected : Math.abs(value - expected) <= tolerance;

function expectNear(values: readonly (number | null)[], expected: readonly (number | null)[], tolerance = 5e-6): void {
  const wrong = values.map((value, at) => [value, expected[at]]).filter(([value, wanted]) => !near(value ?? null, wanted, tolerance));
  expect(wrong).toEqual([]);
}

const figures = ({ effect, interval, se, p }: Comparison): (number | null)[] => [effect, ...interval, se, p];

interface Row {
  readonly name: string;
  readonly type: MetricType;
  readonly arms: readonly [ArmSums, ArmSums];
  readonly options: Partial<CompareOptions>;
  readonly expected: readonly number[];
}

describe('comparing two arms', () => {
  it.each<Row>([
    { name: 'fixed, means, relative', type: 'mean', arms: [A, B], options: {}, expected: [0.70732, -0.03526, 1.44989, 0.37879, 0.06191] },
    {
      name: 'fixed, means, absolute',
      type: 'mean',
      arms: [A, B],
      options: { effect: 'absolute' },
      expected: [0.29, 0.04538, 0.53462, 0.12478, 0.02016],
    },
    {
      name: 'fixed, shares',
      type: 'proportion',
      arms: [
        { n: 28, sum: 14 },
        { n: 30, sum: 16 },
      ],
      options: {},
      expected: [0.06667, -0.47767, 0.61101, 0.2717, 0.80707],
    },
  ])('gives the printed row of statistics.md: $name', ({ type, arms, options, expected }) => {
    expectNear(figures(compare(type, ...arms, { method: 'fixed', ...options })), expected, 5.5e-6);
  });

  it('gives the printed always-valid row of statistics.md', () => {
    const { effect, interval, p } = compare('mean', { ...A, n: 3000 }, B, { tuningN: 1000 });
    expectNear([effect, ...interval, p], [0.50336, -0.55844, 1.56516, 1], 5.5e-6);
    expect(mixingRho(0.05, 5000)).toBeCloseTo(0.03984006677137368, 15);
  });

  it('gives the printed Bayesian row of statistics.md', () => {
    const row = compare('proportion', { n: 100, sum: 49 }, { n: 100, sum: 51 }, { method: 'bayesian' });
    const expected = [0.04082, -0.24779, 0.32943, 0.14725, 0.60918, 0.0814, 0.04058];
    expectNear([row.effect, ...row.interval, row.se, row.chanceToWin, ...row.risk], expected, 5.5e-6);
  });
});

const ALPHA: Readonly<Record<string, number>> = { 'fixed/greater': 0.1, 'fixed/lesser': 0.01 };

/** gbstats finds one-sided sequential p-values by bisection, within (1e-5, .4999) and to 1e-4. */
function expectOneSidedP(p: number, expected: number): void {
  if (expected > 1e-5 && expected < 0.4999) expect(Math.abs(p - expected)).toBeLessThan(1e-4);
  else expect(expected < 0.4999 ? p <= 1e-5 : p >= 0.4999).toBe(true);
}

function checkFrequentist(row: Comparison, name: string, expected: readonly (number | null)[]): void {
  const isBisected = name === 'always_valid/greater' || name === 'always_valid/lesser';
  expectNear(figures(row).slice(0, isBisected ? 4 : 5), expected.slice(0, isBisected ? 4 : 5), 1e-9);
  if (isBisected && typeof expected[4] === 'number') expectOneSidedP(row.p, expected[4]);
}

describe('comparisons against gbstats (see the source named in the file)', () => {
  it.each(oracle.rows.map((row, at) => ({ ...row, name: `${at}: ${row.type}, ${row.effect}${row.cuped ? ', CUPED' : ''}` })))(
    'agree: $name',
    ({ type, cuped, effect, a, b, expected }) => {
      for (const [name, values] of Object.entries(expected) as [string, (number | null)[]][]) {
        const [method, variant] = name.split('/') as [ComparisonMethod, string];
        const options = { method, effect: effect as 'relative', cuped, alpha: ALPHA[name] ?? 0.05 };
        if (method === 'bayesian') {
          const prior = variant === 'prior' ? { prior: { mean: 0, sd: 0.3 } } : {};
          const { effect: mean, interval, se, chanceToWin, risk } = compare(type as MetricType, a, b, { ...options, ...prior });
          expectNear([mean, ...interval, se, chanceToWin, ...risk], values, 1e-9);
        } else {
          const tuningN = variant === 'two' ? 1000 : 5000;
          const row = compare(type as MetricType, a, b, { ...options, sided: variant as Sided, tuningN });
          checkFrequentist(row, name, values);
        }
      }
    },
  );
});

describe('a comparison that can say nothing', () => {
  const shares = (a: number, b: number): Comparison => compare('proportion', { n: 100, sum: a }, { n: 100, sum: b });
  it.each<[string, Comparison, string]>([
    ['one unit', compare('mean', { n: 1, sum: 1, sumSquares: 1 }, B), 'too_few_units'],
    ['no units', compare('mean', { n: 0, sum: 0, sumSquares: 0 }, B), 'too_few_units'],
    ['all converted', shares(100, 50), 'no_variance'],
    ['nobody converted', shares(0, 50), 'no_variance'],
    ['impossible sums', compare('mean', { n: 10, sum: 100, sumSquares: 1 }, B), 'no_variance'],
    [
      'equal values that do not add up exactly',
      compare('mean', { n: 1e6, sum: 100000.00000133288, sumSquares: 10000.00000016163 }, B),
      'no_variance',
    ],
    ['a control mean of 0', compare('mean', { n: 10, sum: 0, sumSquares: 5 }, B), 'control_mean_zero'],
    ['no denominator', compare('ratio', A, B), 'denominator_zero'],
    [
      'numbers beyond doubles',
      compare('mean', { n: 10, sum: 1e200, sumSquares: 1e308 }, { n: 10, sum: 1e200, sumSquares: 1e308 }),
      'no_variance',
    ],
    ['half of all errors allowed on one side', compare('mean', A, B, { alpha: 0.5, sided: 'greater' }), 'alpha_too_large'],
    [
      'a prior without a scale',
      compare('mean', { n: 9, sum: 0, sumSquares: 9 }, B, { effect: 'absolute', prior: { mean: 0, sd: 1 } }),
      'control_mean_zero',
    ],
    ['nothing', noComparison('quantile_not_resolved'), 'quantile_not_resolved'],
  ])('is neutral and says why: %s', (_, comparison, reason) => {
    expect(comparison).toMatchObject({ effect: 0, interval: [0, 0], se: 0, p: 1, chanceToWin: 0.5, risk: [0, 0], reason });
  });

  it('is not one with a control mean of 0 and an absolute effect', () => {
    expect(compare('mean', { n: 10, sum: 0, sumSquares: 5 }, B, { effect: 'absolute' }).reason).toBeNull();
  });
});

const anyNumber = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: -1000, max: 1000 }), fc.constant(0));
const anySums = fc.record({
  n: fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 1_000_000 })),
  sum: anyNumber,
  sumSquares: anyNumber,
  denominatorSum: anyNumber,
  denominatorSumSquares: anyNumber,
  numeratorDenominatorSum: anyNumber,
  preSum: anyNumber,
  preSumSquares: anyNumber,
  postPreSum: anyNumber,
  preDenominatorSum: anyNumber,
  preDenominatorSumSquares: anyNumber,
  preNumeratorDenominatorSum: anyNumber,
  postNumeratorPreDenominatorSum: anyNumber,
  postDenominatorPreNumeratorSum: anyNumber,
  postDenominatorPreDenominatorSum: anyNumber,
});
const anyOptions = fc.record({
  method: fc.constantFrom('always_valid' as const, 'fixed' as const, 'bayesian' as const),
  effect: fc.constantFrom('relative' as const, 'absolute' as const),
  alpha: fc.double({ min: 1e-12, max: 0.999, noNaN: true }),
  tuningN: fc.integer({ min: 1, max: 1e9 }),
  sided: fc.constantFrom('two' as const, 'greater' as const, 'lesser' as const),
  direction: fc.constantFrom('up' as const, 'down' as const),
  cuped: fc.boolean(),
});
const unit = fc.record({ value: fc.integer({ min: -50, max: 50 }), pre: fc.integer({ min: -50, max: 50 }) });
const units = fc.array(unit, { minLength: 3, maxLength: 60 });

describe('every comparison', () => {
  it('is finite in every figure, whatever the sums', () => {
    fc.assert(
      fc.property(fc.constantFrom('mean', 'proportion', 'ratio'), anySums, anySums, anyOptions, (type, a, b, options) => {
        const { effect, interval, se, p, chanceToWin, risk, theta, means } = compare(type, a, b, options);
        for (const value of [effect, ...interval, se, p, chanceToWin, ...risk, theta, ...means])
          expect(value === null || Number.isFinite(value)).toBe(true);
        expect(p >= 0 && p <= 1 && chanceToWin >= 0 && chanceToWin <= 1 && se >= 0).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('is the same for the sum of parts as for the whole', () => {
    fc.assert(
      fc.property(units, units, units, (first, second, control) => {
        const whole = compare('mean', sumsOfUnits(control), sumsOfUnits([...first, ...second]), { cuped: true });
        expect(compare('mean', sumsOfUnits(control), addSums(sumsOfUnits(first), sumsOfUnits(second)), { cuped: true })).toEqual(whole);
      }),
    );
  });

  it('changes its sign when the arms change places (absolute)', () => {
    fc.assert(
      fc.property(units, units, (a, b) => {
        const forth = compare('mean', sumsOfUnits(a), sumsOfUnits(b), { effect: 'absolute' });
        const back = compare('mean', sumsOfUnits(b), sumsOfUnits(a), { effect: 'absolute' });
        expect(forth.effect + back.effect).toBeCloseTo(0, 9);
        expect(forth.p).toBeCloseTo(back.p, 9);
      }),
    );
  });

  it('has an interval that excludes 0 exactly when p is below alpha', () => {
    fc.assert(
      fc.property(
        units,
        units,
        fc.constantFrom('always_valid' as const, 'fixed' as const),
        fc.constantFrom<Sided>('two', 'greater', 'lesser'),
        (a, b, method, sided) => {
          const { interval, p, reason } = compare('mean', sumsOfUnits(a), sumsOfUnits(b), {
            method,
            sided,
            effect: 'absolute',
            alpha: 0.2,
          });
          fc.pre(reason === null && Math.abs(p - 0.2) > 1e-9);
          expect((interval[0] ?? -1) > 0 || (interval[1] ?? 1) < 0).toBe(p < 0.2);
        },
      ),
    );
  });

  it('is wider when it may be read at any time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 1e9 }), fc.double({ min: 0.001, max: 0.4, noNaN: true }), (n, alpha) => {
        const always = sequenceBoundary(n, { alpha, tuningN: 5000, sided: 'two' });
        const fixed = compare('proportion', { n: 5000, sum: 2500 }, { n: 5000, sum: 2500 }, { method: 'fixed', alpha });
        expect(always * fixed.se).toBeGreaterThan(fixed.interval[1] ?? 0);
      }),
    );
  });

  it('turns chance and risk round for a metric that should go down, and nothing else', () => {
    const up = compare('mean', A, B);
    const down = compare('mean', A, B, { direction: 'down' });
    expect(down.chanceToWin).toBeCloseTo(1 - up.chanceToWin, 12);
    expect(down.risk).toEqual([up.risk[1], up.risk[0]]);
    expect(figures(down)).toEqual(figures(up));
  });
});
