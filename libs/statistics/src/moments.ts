import type { FullArmSums, MetricType } from './arm-sums';

/**
 * What one arm shows of a metric per unit, in its period and in the one before: means, variances of one unit, and their covariance.
 * Ratios are linearised: m/d behaves like the mean of (M - (m/d) D)/d, whose variance is the delta method's.
 */
export interface Moments {
  readonly n: number;
  readonly mean: number;
  readonly variance: number;
  readonly preMean: number;
  readonly preVariance: number;
  readonly covariance: number;
}

/** What n additions of doubles may leave of nothing, relative to the terms: below it a difference is rounding. */
const noise = (n: number): number => Number.EPSILON * (4 + Math.sqrt(n));

/** Zero instead of what rounding left over of terms that cancel. */
export const cleaned = (difference: number, terms: number, n: number): number =>
  Math.abs(difference) <= noise(n) * Math.abs(terms) ? 0 : difference;

/** (ss - s^2/n)/(n - 1), the sample variance; 0 for less than two values. */
export function sampleVariance(n: number, sum: number, sumSquares: number): number {
  return n < 2 ? 0 : cleaned(sumSquares - (sum * sum) / n, sumSquares, n) / (n - 1);
}

/** (sxy - sx sy/n)/(n - 1); 0 for less than two pairs. */
export function sampleCovariance(n: number, x: number, y: number, products: number): number {
  return n < 2 ? 0 : cleaned(products - (x * y) / n, products, n) / (n - 1);
}

const ofMean = (sums: FullArmSums): Moments => ({
  n: sums.n,
  mean: sums.sum / sums.n,
  variance: sampleVariance(sums.n, sums.sum, sums.sumSquares),
  preMean: sums.preSum / sums.n,
  preVariance: sampleVariance(sums.n, sums.preSum, sums.preSumSquares),
  covariance: sampleCovariance(sums.n, sums.sum, sums.preSum, sums.postPreSum),
});

function ofProportion({ n, sum, preSum, postPreSum }: FullArmSums): Moments {
  const share = sum / n;
  const preShare = preSum / n;
  return {
    n,
    mean: share,
    variance: share * (1 - share),
    preMean: preShare,
    preVariance: preShare * (1 - preShare),
    covariance: postPreSum / n - share * preShare,
  };
}

interface Ratio {
  readonly mean: number;
  readonly variance: number;
  /** Mean of the denominator. */
  readonly per: number;
}

const NO_RATIO: Ratio = { mean: 0, variance: 0, per: 0 };

/** Variance of a ratio by the delta method: vM/d^2 + vD m^2/d^4 - 2 cov m/d^3. */
function ratioOf(n: number, numerator: readonly [number, number], denominator: readonly [number, number], products: number): Ratio {
  const [sum, sumSquares] = numerator;
  const [denominatorSum, denominatorSumSquares] = denominator;
  const per = denominatorSum / n;
  if (per === 0) return NO_RATIO;
  const mean = sum / denominatorSum;
  const varianceTerms = sampleVariance(n, sum, sumSquares) + mean * mean * sampleVariance(n, denominatorSum, denominatorSumSquares);
  const covarianceTerm = 2 * mean * sampleCovariance(n, sum, denominatorSum, products);
  return { mean, per, variance: cleaned(varianceTerms - covarianceTerm, varianceTerms, n) / (per * per) };
}

function ofRatio(sums: FullArmSums): Moments {
  const { n, sum, denominatorSum, preSum, preDenominatorSum } = sums;
  const post = ratioOf(n, [sum, sums.sumSquares], [denominatorSum, sums.denominatorSumSquares], sums.numeratorDenominatorSum);
  const pre = ratioOf(n, [preSum, sums.preSumSquares], [preDenominatorSum, sums.preDenominatorSumSquares], sums.preNumeratorDenominatorSum);
  const crossed =
    sampleCovariance(n, sum, preSum, sums.postPreSum) -
    pre.mean * sampleCovariance(n, sum, preDenominatorSum, sums.postNumeratorPreDenominatorSum) -
    post.mean * sampleCovariance(n, denominatorSum, preSum, sums.postDenominatorPreNumeratorSum) +
    post.mean * pre.mean * sampleCovariance(n, denominatorSum, preDenominatorSum, sums.postDenominatorPreDenominatorSum);
  const scale = post.per * pre.per;
  return {
    n,
    mean: post.mean,
    variance: post.variance,
    preMean: pre.mean,
    preVariance: pre.variance,
    covariance: scale === 0 ? 0 : crossed / scale,
  };
}

const NOBODY: Moments = { n: 0, mean: 0, variance: 0, preMean: 0, preVariance: 0, covariance: 0 };

/** The moments of an arm; all 0 without units. */
export function momentsOf(type: MetricType, sums: FullArmSums): Moments {
  if (!(sums.n > 0)) return NOBODY;
  if (type === 'ratio') return ofRatio(sums);
  return type === 'mean' ? ofMean(sums) : ofProportion(sums);
}
