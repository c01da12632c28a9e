import fc from 'fast-check';
import { wilson } from './wilson';

describe('Wilson interval', () => {
  it.each([
    // Oracle: shared statistics page, scipy.stats.binomtest(8, 10).proportion_ci(method='wilson')
    [8, 10, 0.4901624715, 0.9433178485],
    [0, 10, 0, 0.2775327998],
    [10, 10, 0.7224672002, 1],
  ])('of %d successes in %d trials is [%d, %d]', (successes, n, lower, upper) => {
    const interval = wilson(successes, n);
    expect(Math.abs(interval[0] - lower)).toBeLessThan(1e-9);
    expect(Math.abs(interval[1] - upper)).toBeLessThan(1e-9);
  });

  it('knows nothing without trials', () => {
    expect(wilson(0, 0)).toEqual([0, 1]);
    expect(wilson(1, Number.NaN)).toEqual([0, 1]);
  });

  it('contains the share, stays within 0..1 and narrows with more trials', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, share) => {
        const successes = Math.floor(share * n);
        const [lower, upper] = wilson(successes, n);
        expect(lower).toBeGreaterThanOrEqual(0);
        expect(upper).toBeLessThanOrEqual(1);
        expect(lower).toBeLessThanOrEqual(successes / n + 1e-12);
        expect(upper).toBeGreaterThanOrEqual(successes / n - 1e-12);
        const [wideLower, wideUpper] = [lower, upper];
        const [narrowLower, narrowUpper] = wilson(successes * 4, n * 4);
        expect(narrowUpper - narrowLower).toBeLessThan(wideUpper - wideLower);
      }),
    );
  });

  it.each([1, 2, 7, 25, 100, 9_973])('ends at exactly 0 or 1 when none or all of %d succeed', (n) => {
    expect(wilson(0, n)[0]).toBe(0);
    expect(wilson(n, n)[1]).toBe(1);
  });
});
