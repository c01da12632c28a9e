import fc from 'fast-check';
import { chiSquareSurvival } from './chi-square';
import { incompleteBeta, logBeta, logGamma } from './gamma';
import { normalCdf, normalQuantile, normalSurvival } from './normal';
import { tCdf, tQuantile, tSurvival, tUpperQuantile } from './student-t';
import oracle from './vectors/distributions.json';

function expectRows(rows: readonly (readonly number[])[], of: (...args: [number, number, number]) => number, tolerance: number): void {
  const wrong = rows.filter((row) => {
    const expected = row.at(-1) ?? Number.NaN;
    const [a = 0, b = 0, c = 0] = row.slice(0, -1);
    return !(Math.abs(of(a, b, c) - expected) <= tolerance * Math.max(Math.abs(expected), tolerance));
  });
  expect(wrong).toEqual([]);
}

describe('distributions, against high-precision values', () => {
  it('normal', () => {
    expectRows(oracle.normalSurvival, normalSurvival, 1e-13);
    expectRows(oracle.normalQuantile, normalQuantile, 1e-14);
  });

  it("Student's t, also with fractional and very many degrees of freedom", () => {
    expectRows(oracle.tSurvival, tSurvival, 1e-9);
    expectRows(oracle.tQuantile, tQuantile, 1e-10);
  });

  it('chi-square, far below the 5e-10 that is asked', () => {
    expectRows(oracle.chiSquareSurvival, chiSquareSurvival, 1e-13);
  });

  it('gamma and beta', () => {
    expectRows(oracle.logGamma, logGamma, 1e-14);
    expectRows(oracle.logBeta, logBeta, 1e-14);
    expectRows(oracle.incompleteBeta, incompleteBeta, 1e-10);
  });
});

const probability = fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true });
const degrees = fc.double({ min: 1, max: 1e7, noNaN: true });

describe('distributions', () => {
  it('have quantiles that turn their probabilities round', () => {
    fc.assert(
      fc.property(probability, degrees, (p, df) => {
        expect(Math.abs(normalCdf(normalQuantile(p)) - p)).toBeLessThan(1e-13);
        expect(Math.abs(tCdf(tQuantile(p, df), df) - p)).toBeLessThan(1e-8);
      }),
    );
  });

  it('give more to the tails with fewer degrees of freedom', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 20, noNaN: true }), degrees, (t, df) => {
        expect(tSurvival(t, df)).toBeGreaterThanOrEqual(normalSurvival(t) * (1 - 1e-9));
      }),
    );
  });

  it.each([1e-323, 1e-300, 1, 1e300, Infinity])('chi-square with endless degrees of freedom exceeds %p for sure', (x) => {
    expect(chiSquareSurvival(x, Infinity)).toBe(1);
  });

  it('answer finite numbers to anything', () => {
    fc.assert(
      fc.property(fc.double(), fc.double(), (x, df) => {
        const values = [normalSurvival(x), normalQuantile(x), tSurvival(x, df), tUpperQuantile(x, df), chiSquareSurvival(x, df)];
        expect(values.filter((value) => Number.isNaN(value))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });
});
