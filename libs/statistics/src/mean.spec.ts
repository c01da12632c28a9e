import fc from 'fast-check';
import { meanInterval } from './mean';

const sumsOf = (values: readonly number[]) => ({
  n: values.length,
  sum: values.reduce((total, value) => total + value, 0),
  sumSquares: values.reduce((total, value) => total + value * value, 0),
});
const QUALITY = [0, 100] as const;
const STARS = [1, 5] as const;
/** So many stars of each kind. */
const given = (...counts: readonly number[]): number[] => counts.flatMap((n, i) => new Array<number>(n).fill(i + 1));

describe('interval of a mean', () => {
  it.each([
    // Oracle: scipy.stats.t.interval(0.95, n - 1, loc=mean, scale=sem)
    [[40, 50, 60], QUALITY, 25.158623, 74.841377],
    [given(10, 15, 35, 85, 155), STARS, 4.080999, 4.319001],
  ])('is that of Student: %#', (values, scale, lower, upper) => {
    const interval = meanInterval(sumsOf(values), scale);
    expect(Math.abs(interval[0] - lower)).toBeLessThan(5e-6);
    expect(Math.abs(interval[1] - upper)).toBeLessThan(5e-6);
  });

  it('ends where the scale does', () => {
    expect(meanInterval(sumsOf([4, 5]), STARS)).toEqual([1, 5]);
    expect(meanInterval(sumsOf([4, 5, 5, 5]), STARS)[1]).toBe(5);
  });

  it('of values that are all the same tells how many others there may still be, and is never a point', () => {
    // 1 - 0.025^(1/n): 0.975 of one, 0.707598 of three, 0.0036821 of a thousand.
    expect(meanInterval(sumsOf([5]), STARS)[0]).toBeCloseTo(1.1, 12);
    expect(meanInterval(sumsOf([5, 5, 5]), STARS)[0]).toBeCloseTo(5 - 4 * 0.707598, 5);
    expect(meanInterval(sumsOf(given(0, 0, 0, 0, 1_000)), STARS)).toEqual([expect.closeTo(5 - 4 * 0.0036821, 6), 5]);
    const [lower, upper] = meanInterval(sumsOf([50, 50]), QUALITY);
    expect([50 - lower, upper - 50]).toEqual([expect.closeTo(42.0943, 4), expect.closeTo(42.0943, 4)]);
  });

  it('takes what rounding leaves of equal values for none', () => {
    const third = 100 / 3;
    const rounded = { n: 3, sum: 100, sumSquares: (3 * Math.round(third * third * 1e6)) / 1e6 };
    expect(meanInterval(rounded, QUALITY)[0]).toBeCloseTo(third * (1 - 0.707598), 3);
  });

  it('knows nothing without values, or without all of their squares', () => {
    expect(meanInterval({ n: 0, sum: 0, sumSquares: 0 }, STARS)).toEqual([1, 5]);
    expect(meanInterval({ n: 3, sum: 12, sumSquares: null }, STARS)).toEqual([1, 5]);
    expect(meanInterval({ n: 3, sum: 12, sumSquares: 16 }, STARS)).toEqual([1, 5]);
    expect(meanInterval({ n: Number.NaN, sum: 1, sumSquares: 1 }, STARS)).toEqual([1, 5]);
  });

  it('is made of numbers on the scale around the mean, whatever the values', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { maxLength: 50 }), (values) => {
        const sums = sumsOf(values);
        const [lower, upper] = meanInterval(sums, QUALITY);
        expect(lower).toBeGreaterThanOrEqual(0);
        expect(upper).toBeLessThanOrEqual(100);
        if (values.length === 0) return;
        expect(lower).toBeLessThanOrEqual(sums.sum / sums.n + 1e-9);
        expect(upper).toBeGreaterThanOrEqual(sums.sum / sums.n - 1e-9);
      }),
    );
  });
});
