import fc from 'fast-check';
import { sumsOfUnits } from './arm-sums';
import { adjustP, benjaminiHochberg, holm } from './multiplicity';
import { randomFrom } from './random';
import { balanceOfCounts, balanceOfMeans, checkMultipleExposure } from './soundness';
import { checkSampleRatio, sampleRatio, sequentialSampleRatioP } from './srm';
import oracle from './vectors/methods.json';

const armsOf = (n: readonly number[], weights: readonly number[]): { n: number; weight: number }[] =>
  n.map((each, at) => ({ n: each, weight: weights[at] ?? 0 }));
const counts = fc.array(fc.record({ n: fc.nat({ max: 1e9 }), weight: fc.double({ min: 0, max: 1, noNaN: true }) }), { maxLength: 6 });

describe('the sample-ratio check', () => {
  it.each([
    // Rows of statistics.md
    [[1000, 1200], [0.5, 0.5], 0.000020079],
    [[135, 115], [0.5, 0.5], 0.205903211],
    [[310, 98], [0.75, 0.25], 0.647434186],
  ])('of %j with weights %j has p = %d', (n, weights, p) => {
    expect(Math.abs(sampleRatio(armsOf(n, weights)).p - p)).toBeLessThan(5e-10);
  });

  it('agrees with scipy, classic and sequential', () => {
    for (const { n, w, chi, p } of oracle.srm) {
      const result = sampleRatio(armsOf(n, w));
      expect(Math.abs(result.p - p)).toBeLessThan(1e-12);
      expect(result.chiSquare).toBeCloseTo(chi, 9);
    }
    for (const { n, w, p } of oracle.srmSeq) expect(Math.abs(sequentialSampleRatioP(armsOf(n, w)) - p)).toBeLessThan(1e-8);
  });

  it('leaves arms of weight 0 and their users out', () => {
    expect(sampleRatio(armsOf([1000, 500, 1200], [0.5, 0, 0.5]))).toEqual(sampleRatio(armsOf([1000, 1200], [1, 1])));
  });

  it.each([
    [[], []],
    [[5], [1]],
    [
      [5, 9],
      [1, 0],
    ],
    [
      [0, 0],
      [1, 1],
    ],
  ])('is silent on %j with weights %j', (n, weights) => {
    expect(checkSampleRatio(armsOf(n, weights))).toMatchObject({ chiSquare: 0, p: 1, sequentialP: 1, alarm: false });
  });

  it('stays within 0..1 and finite, whatever the counts', () => {
    fc.assert(
      fc.property(counts, (arms) => {
        const { p, sequentialP, chiSquare } = checkSampleRatio(arms);
        expect([p, sequentialP].every((each) => each >= 0 && each <= 1)).toBe(true);
        expect(Number.isFinite(chiSquare)).toBe(true);
      }),
    );
  });

  it('may be read after every user: few of many fair splits ever alarm', () => {
    const random = randomFrom(11);
    let alarms = 0;
    for (let run = 0; run < 300; run++) {
      const n = [0, 0];
      let alarmed = false;
      for (let look = 0; look < 60; look++) {
        const first = random.binomial(25, 0.5);
        n[0] = (n[0] ?? 0) + first;
        n[1] = (n[1] ?? 0) + 25 - first;
        alarmed ||= sequentialSampleRatioP(armsOf(n, [1, 1])) < 0.05;
      }
      if (alarmed) alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(15);
  });
});

describe('corrections for many tests', () => {
  it('give the printed Holm row', () => {
    expect(holm([0.01, 0.04, 0.03, 0.005, 0.55, 0.6]).map((p) => Number(p.toFixed(12)))).toEqual([0.05, 0.12, 0.12, 0.03, 1, 1]);
  });

  it('agree with scipy on Benjamini-Hochberg', () => {
    for (const { p, adjusted } of [oracle.bh, oracle.bh2])
      benjaminiHochberg(p).forEach((each, at) => expect(each).toBeCloseTo(adjusted[at] ?? 0, 12));
  });

  it('never lower a p-value, never change their order, and Holm is the stricter', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }), (p) => {
        const [strict, mild] = [holm(p), benjaminiHochberg(p)];
        p.forEach((each, at) => {
          expect(mild[at]).toBeGreaterThanOrEqual(each * (1 - 1e-12));
          expect(strict[at]).toBeGreaterThanOrEqual((mild[at] ?? 0) * (1 - 1e-12));
          p.forEach((other, index) => expect(each < other ? (strict[at] ?? 0) <= (strict[index] ?? 0) : true).toBe(true));
        });
        expect(adjustP(p, 'none')).toEqual(p);
      }),
    );
  });
});

describe('units in several arms', () => {
  it.each([
    [9, 100, false],
    [10, 1000, true],
    [10, 1001, false],
    [0, 0, false],
  ])('%d of %d: alarm %s', (several, exposed, alarm) => {
    expect(checkMultipleExposure(several, exposed).alarm).toBe(alarm);
  });
});

describe('covariate balance', () => {
  it('compares shares by chi-square as scipy does', () => {
    const { p, alarm } = balanceOfCounts(oracle.table.table);
    expect(p).toBeCloseTo(oracle.table.p, 12);
    expect(alarm).toBe(false);
    expect(
      balanceOfCounts([
        [500, 100],
        [300, 300],
      ]).alarm,
    ).toBe(true);
  });

  it('compares means in standard deviations', () => {
    const unitsFrom = (seed: number, mean: number): ReturnType<typeof sumsOfUnits> => {
      const random = randomFrom(seed);
      return sumsOfUnits(Array.from({ length: 4000 }, () => ({ value: mean + random.normal() })));
    };
    expect(balanceOfMeans([unitsFrom(1, 5), unitsFrom(2, 5)]).alarm).toBe(false);
    const unlike = balanceOfMeans([unitsFrom(1, 5), unitsFrom(2, 5.2)]);
    expect(unlike.alarm).toBe(true);
    expect(unlike.standardisedDifference).toBeCloseTo(0.2, 1);
  });

  it.each([
    [[]],
    [[[]]],
    [
      [
        [0, 0],
        [0, 0],
      ],
    ],
    [
      [
        [5, 0],
        [9, 0],
      ],
    ],
  ])('says nothing of %j', (table) => {
    expect(balanceOfCounts(table)).toEqual({ standardisedDifference: 0, p: 1, alarm: false });
  });
});
