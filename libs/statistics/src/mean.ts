import { sampleVariance } from './moments';
import { tUpperQuantile } from './student-t';
import type { Interval } from './wilson';

/** What is added up of values for their mean and its interval. */
export interface MeanSums {
  readonly n: number;
  readonly sum: number;
  /** Null = not known. */
  readonly sumSquares: number | null;
}

const TAIL = 0.025;

/** A standard deviation below this share of the scale is what rounding left of none. */
const NO_SPREAD = 1e-5;

const CACHED_DF = 2_000;
const quantiles: (number | undefined)[] = [];

function upperQuantile(df: number): number {
  if (df > CACHED_DF) return tUpperQuantile(TAIL, df);
  return (quantiles[df] ??= tUpperQuantile(TAIL, df));
}

/**
 * 95 % interval of the mean of values on a scale, never beyond its ends: Student's t with n - 1 degrees of freedom. Where all n values
 * are the same there is no spread to go by: then up to 1 - 0.025^(1/n) of all values may still be others (Clopper and Pearson,
 * Biometrika 26, 1934; the "rule of three"), and the ends are where these could move the mean. Without values, or without the sum of
 * their squares, nothing is known and the answer is the scale.
 */
export function meanInterval({ n, sum, sumSquares }: MeanSums, [least, most]: Interval): Interval {
  const mean = sum / n;
  const variance = sumSquares === null ? Number.NaN : sampleVariance(n, sum, sumSquares);
  const rounding = (NO_SPREAD * (most - least)) ** 2;
  // Squares that are too few for their sum: not all of them were added up.
  if (!(n > 0) || !Number.isFinite(mean) || !Number.isFinite(variance) || variance < -rounding) return [least, most];
  if (variance <= rounding) {
    const others = 1 - TAIL ** (1 / n);
    return [mean - (mean - least) * others, mean + (most - mean) * others];
  }
  const halfWidth = upperQuantile(n - 1) * Math.sqrt(variance / n);
  return [Math.max(least, mean - halfWidth), Math.min(most, mean + halfWidth)];
}
