import fc from 'fast-check';
import { addSums, sumsOfUnits, type MetricType } from './arm-sums';
import { compare, DEFAULT_COMPARE_OPTIONS, testEffect } from './compare';
import { estimateEffect } from './estimate';
import { logBin, mergeLogBins, upperEdgeOfLogBin } from './log-histogram';
import { designEffect, quantileBounds, quantileEffect, quantileOf, quantileOfBins } from './quantile';
import { randomFrom } from './random';
import { checkSegments } from './segments';
import { allocationEffect, stratifiedEffect, type AllocationStratum } from './stratify';
import { pairedEffect, pairsByUnit, sumsByUnit } from './units';
import oracle from './vectors/methods.json';

const FIXED = { ...DEFAULT_COMPARE_OPTIONS, method: 'fixed', effect: 'absolute' } as const;

describe('post-stratification', () => {
  it.each(oracle.stratified.rows.map((row) => ({ ...row, name: `${row.type}, ${row.scale}` })))('agrees with gbstats: $name', (row) => {
    const { effect, se } = stratifiedEffect(row.type as MetricType, row.strata, { effect: row.scale as 'relative', cuped: false });
    expect(effect).toBeCloseTo(row.effect, 9);
    expect(se).toBeCloseTo(row.se, 9);
  });

  it('is the plain estimate with one stratum, and with strata too small', () => {
    const control = { n: 100, sum: 40 };
    const arm = { n: 90, sum: 50 };
    const plain = estimateEffect('proportion', control, arm, { effect: 'relative', cuped: false });
    expect(stratifiedEffect('proportion', [{ control, arm }], { effect: 'relative', cuped: false })).toEqual(plain);
    const tiny = { control: { n: 0, sum: 0 }, arm: { n: 1, sum: 1 } };
    const whole = estimateEffect('proportion', control, addSums(arm, tiny.arm), { effect: 'relative', cuped: false });
    expect(stratifiedEffect('proportion', [{ control, arm }, tiny], { effect: 'relative', cuped: false })).toEqual(whole);
    expect(stratifiedEffect('mean', [], { effect: 'absolute', cuped: false }).reason).toBe('too_few_units');
  });
});

describe('repeated raters', () => {
  it('paired by unit agree with scipy.stats.ttest_rel', () => {
    const pairs = oracle.paired.control.map((control, at) => ({ control, arm: oracle.paired.arm[at] ?? 0 }));
    const { effect, p, interval } = testEffect(pairedEffect(pairs, 'absolute'), FIXED);
    expect([effect, p, ...interval].map((each) => Number(each?.toFixed(10)))).toEqual(
      [oracle.paired.effect, oracle.paired.p, ...oracle.paired.interval].map((each) => Number(each.toFixed(10))),
    );
  });

  it('count once per unit, not once per row', () => {
    const rows = ['a', 'a', 'a', 'b', 'b', 'c'].map((unit, at) => ({ unit, value: at }));
    expect(sumsByUnit(rows, 'mean')).toMatchObject({ n: 3, sum: 1 + 3.5 + 5 });
    expect(sumsByUnit(rows, 'ratio')).toMatchObject({ n: 3, sum: 15, denominatorSum: 6 });
    expect(pairsByUnit(rows, [{ unit: 'b', value: 9 }])).toEqual([{ control: 3.5, arm: 9 }]);
  });

  it('make no false findings when rows of one unit are alike', () => {
    const random = randomFrom(5);
    const arm = (): { unit: string; value: number }[] =>
      Array.from({ length: 30 }, (_, unit) => ({ unit: String(unit), level: random.normal() })).flatMap(({ unit, level }) =>
        Array.from({ length: 20 }, () => ({ unit, value: level + random.normal() * 0.3 })),
      );
    let [byRow, byUnit] = [0, 0];
    for (let run = 0; run < 200; run++) {
      const [a, b] = [arm(), arm()];
      if (compare('mean', sumsOfUnits(a), sumsOfUnits(b), FIXED).p < 0.05) byRow++;
      if (compare('mean', sumsByUnit(a, 'mean'), sumsByUnit(b, 'mean'), FIXED).p < 0.05) byUnit++;
    }
    expect(byRow).toBeGreaterThan(80);
    expect(byUnit).toBeLessThan(20);
  });

  it('says why there is no effect', () => {
    expect(pairedEffect([], 'absolute').reason).toBe('too_few_units');
    expect(
      pairedEffect(
        [
          { control: 1, arm: 2 },
          { control: 5, arm: 6 },
        ],
        'absolute',
      ).reason,
    ).toBe('no_variance');
    expect(
      pairedEffect(
        [
          { control: 1, arm: 2 },
          { control: -1, arm: 6 },
        ],
        'relative',
      ).reason,
    ).toBe('control_mean_zero');
  });
});

describe('percentiles', () => {
  it.each(oracle.ranks)('lie between the order statistics of the binomial: n $n, $fraction', ({ n, fraction, alpha, low, high }) => {
    const estimate = quantileOf(
      Array.from({ length: n }, (_, at) => at),
      fraction,
      { alpha },
    );
    expect(estimate?.interval).toEqual([Math.max(low, 0), Math.min(high, n - 1)]);
    expect(estimate?.resolved).toBe(low >= 0 && high <= n - 1);
  });

  it('are covered by their interval as often as promised, exact and from histograms, tied values too', () => {
    const random = randomFrom(3);
    const truth = Math.exp(1.6448536269514722);
    let [exact, binned] = [0, 0];
    for (let run = 0; run < 400; run++) {
      const values = Array.from({ length: 600 }, () => Math.exp(random.normal()));
      const inside = (interval: readonly [number, number] | undefined): number =>
        interval && interval[0] <= truth && truth <= interval[1] ? 1 : 0;
      exact += inside(
        quantileOf(
          [...values].sort((a, b) => a - b),
          0.95,
          { alpha: 0.05 },
        )?.interval,
      );
      binned += inside(
        quantileOfBins(mergeLogBins(values.map((value) => ({ bin: logBin(value), count: 1 }))), 0.95, { alpha: 0.05 })?.interval,
      );
    }
    expect(exact / 400).toBeGreaterThanOrEqual(0.93);
    expect(binned / 400).toBeGreaterThanOrEqual(0.93);
  });

  it('have bounds from a histogram around those of the values, at most 2 % wider at each end', () => {
    const values = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 500 });
    fc.assert(
      fc.property(values, fc.constantFrom(0.5, 0.95, 0.99), (unsorted, fraction) => {
        const sorted = [...unsorted].sort((a, b) => a - b);
        const [low, high] = quantileOf(sorted, fraction, { alpha: 0.05 })!.interval;
        const { lower, upper } = quantileBounds(mergeLogBins(sorted.map((value) => ({ bin: logBin(value), count: 1 }))), fraction);
        expect(lower).toBeLessThanOrEqual(low);
        if (lower > 0) expect(lower).toBeGreaterThanOrEqual(low * 0.979);
        if (upper === null) return;
        expect(upper).toBeGreaterThanOrEqual(high * (1 - 1e-9));
        expect(upper).toBeLessThanOrEqual(high * 1.021);
      }),
    );
  });

  it('have no upper bound with too few values, and none at all without any', () => {
    const of = (n: number): object => quantileBounds([{ bin: logBin(100), count: n }], 0.99);
    // 1 - 0.99^n, the chance that any of n values is above, reaches 97.5 % with 368 of them.
    expect(of(367)).toMatchObject({ upper: null });
    expect(of(368)).toMatchObject({ upper: upperEdgeOfLogBin(logBin(100)) });
    expect(quantileBounds([], 0.5)).toEqual({ lower: 0, upper: null });
    expect(quantileBounds([{ bin: logBin(100), count: 5 }], 0.5)).toEqual({ lower: 0, upper: null });
  });

  it('compare by their intervals, and stay silent without values', () => {
    const of = (shift: number): ReturnType<typeof quantileOf> =>
      quantileOf(
        Array.from({ length: 2000 }, (_, at) => at + shift),
        0.95,
        { alpha: 0.05 },
      );
    expect(testEffect(quantileEffect(of(0), of(500), 'absolute'), FIXED).p).toBeLessThan(1e-6);
    expect(testEffect(quantileEffect(of(0), of(0), 'relative'), FIXED).p).toBe(1);
    expect(quantileEffect(null, of(0), 'relative').reason).toBe('too_few_units');
    expect(quantileEffect(quantileOf([1, 2, 3], 0.95, { alpha: 0.05 }), of(0), 'relative').reason).toBe('too_few_units');
    expect(
      quantileEffect(
        quantileOf(Array<number>(500).fill(7), 0.5, { alpha: 0.05 }),
        quantileOf(Array<number>(500).fill(7), 0.5, { alpha: 0.05 }),
        'relative',
      ).reason,
    ).toBe('quantile_not_resolved');
  });

  it('widen when values come in clusters', () => {
    // 100 users with 10 equal values each: the design effect is 10 (and n/(n - 1) of it)
    const effect = designEffect({ clusters: 100, values: 1000, below: 500, valuesSquares: 10_000, belowSquares: 5_000, products: 5_000 });
    expect(effect).toBeCloseTo((10 * 100) / 99, 9);
    expect(designEffect({ clusters: 0, values: 0, below: 0, valuesSquares: 0, belowSquares: 0, products: 0 })).toBe(1);
    const values = Array.from({ length: 1000 }, (_, at) => at);
    const [wide, narrow] = [quantileOf(values, 0.5, { alpha: 0.05, designEffect: effect }), quantileOf(values, 0.5, { alpha: 0.05 })];
    expect((wide?.se ?? 0) / (narrow?.se ?? 1)).toBeCloseTo(Math.sqrt(effect), 0);
  });
});

describe('changing allocation', () => {
  const PLAIN = { effect: 'absolute', cuped: false } as const;
  const share = (n: number, sum: number): AllocationStratum['control'] => ({ n, sum });

  it('with one stretch of fixed weights is the plain comparison', () => {
    const [control, arm] = [sumsOfUnits([1, 2, 3, 5].map((value) => ({ value }))), sumsOfUnits([2, 4, 5, 7].map((value) => ({ value })))];
    for (const effect of ['absolute', 'relative'] as const) {
      const plain = estimateEffect('mean', control, arm, { effect, cuped: false });
      const found = allocationEffect('mean', [{ control, arm, units: 8 }], { effect, cuped: false });
      expect([found.effect, found.se].map((each) => each.toFixed(12))).toEqual([plain.effect, plain.se].map((each) => each.toFixed(12)));
    }
  });

  it('finds nothing where nothing differs within the stretches, whatever the weights were', () => {
    const strata = [
      { control: share(900, 90), arm: share(100, 10), units: 1_000 },
      { control: share(100, 50), arm: share(900, 450), units: 1_000 },
    ];
    expect(allocationEffect('proportion', strata, PLAIN).effect).toBeCloseTo(0, 12);
    expect(estimateEffect('proportion', share(1_000, 140), share(1_000, 460), PLAIN).effect).toBeCloseTo(0.32, 12);
  });

  it('leaves out stretches in which an arm has nobody to compare, and says so when there is no other', () => {
    const stretch = { control: share(100, 20), arm: share(100, 30), units: 400 };
    const empty = { control: share(500, 500), arm: share(1, 0), units: 501 };
    expect(allocationEffect('proportion', [stretch, empty], PLAIN)).toEqual(allocationEffect('proportion', [stretch], PLAIN));
    expect(allocationEffect('proportion', [empty], PLAIN)).toMatchObject({ reason: 'too_few_units', n: [500, 1], effect: 0 });
    expect(allocationEffect('mean', [], PLAIN).reason).toBe('too_few_units');
  });

  it.each(['mean', 'ratio'] as const)('takes the own history of units out within the stretches (CUPED), %s', (type) => {
    const random = randomFrom(4);
    const units = (n: number, level: number, lift: number): AllocationStratum['control'] =>
      sumsOfUnits(
        Array.from({ length: n }, () => {
          const pre = level + random.normal();
          return { value: pre + lift + 0.2 * random.normal(), pre, denominator: 2 + random.below(3), preDenominator: 2 + random.below(3) };
        }),
      );
    const strata = [
      { control: units(800, 5, 0), arm: units(200, 5, 1), units: 1_000 },
      { control: units(200, 9, 0), arm: units(800, 9, 1), units: 1_000 },
    ];
    const plain = allocationEffect(type, strata, PLAIN);
    const adjusted = allocationEffect(type, strata, { effect: 'absolute', cuped: true });
    expect(adjusted.theta).toBeGreaterThan(type === 'mean' ? 0.9 : 0);
    expect(adjusted.se / plain.se).toBeLessThan(type === 'mean' ? 0.25 : 1);
    if (type === 'mean') expect(adjusted.effect).toBeCloseTo(1, 1);
  });

  it('stays finite whatever the sums', () => {
    const arm = fc.record({
      n: fc.nat({ max: 50 }),
      sum: fc.integer({ min: -99, max: 99 }),
      sumSquares: fc.nat({ max: 999 }),
      preSum: fc.nat(),
    });
    const stratum = fc.record({ control: arm, arm, units: fc.nat({ max: 200 }) });
    const options = fc.record({ effect: fc.constantFrom('relative' as const, 'absolute' as const), cuped: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(stratum, { maxLength: 5 }),
        fc.constantFrom<MetricType>('mean', 'proportion', 'ratio'),
        options,
        (strata, type, how) => {
          const { effect, se, reason, means } = allocationEffect(type, strata, how);
          expect([effect, se, ...means].every(Number.isFinite)).toBe(true);
          expect(se > 0 || reason !== null).toBe(true);
        },
      ),
    );
  });
});

describe('segments', () => {
  it('warn when all of them contradict the whole (kidney stones, Charig et al. 1986)', () => {
    const of = (a: [number, number], b: [number, number]): ReturnType<typeof compare> =>
      compare('proportion', { n: a[1], sum: a[0] }, { n: b[1], sum: b[0] });
    const segments = [
      { segment: 'small', comparison: of([81, 87], [234, 270]) },
      { segment: 'large', comparison: of([192, 263], [55, 80]) },
    ];
    const whole = of([273, 350], [289, 350]);
    expect(checkSegments(whole, segments, { pAdjusted: [1, 0.01], alpha: 0.05 })).toEqual({
      reversed: true,
      contradicting: ['large'],
      manyLookedAt: false,
    });
    expect(checkSegments(whole, [], { pAdjusted: [], alpha: 0.05 }).reversed).toBe(false);
  });
});
