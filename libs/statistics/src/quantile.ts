import { neutralEstimate, type EffectScale, type Estimate, type NeutralReason } from './estimate';
import { incompleteBeta } from './gamma';
import {
  LOG_HISTOGRAM_ERROR,
  logBinAtRank,
  logHistogramQuantile,
  lowerEdgeOfLogBin,
  upperEdgeOfLogBin,
  ZERO_BIN,
  type LogBinCount,
} from './log-histogram';
import { normalQuantile } from './normal';
import { percentileCont } from './percentile';

/** A percentile of one arm with its interval. */
export interface QuantileEstimate {
  readonly n: number;
  readonly value: number;
  readonly interval: readonly [low: number, high: number];
  /** Standard error as the interval implies it. */
  readonly se: number;
  /** False where there are too few values for both ends: the interval then ends at the extremes and promises nothing. */
  readonly resolved: boolean;
}

/** P(X <= k) of a binomial count, by the incomplete beta function (A & S 6.6.4). */
function binomialCdf(k: number, n: number, share: number): number {
  if (k < 0) return 0;
  return k >= n ? 1 : incompleteBeta(n - k, k + 1, 1 - share, share);
}

/** The largest k with P(X <= k) <= tail, from a normal guess; -1 when even 0 is too likely. */
function binomialBelow(tail: number, n: number, share: number): number {
  const sd = Math.sqrt(n * share * (1 - share));
  let low = -1;
  let high = Math.min(n, Math.ceil(n * share + 1));
  const guess = Math.floor(n * share + (normalQuantile(tail) - 1) * sd - 2);
  if (guess > 0 && binomialCdf(guess, n, share) <= tail) low = guess;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (binomialCdf(middle, n, share) <= tail) low = middle;
    else high = middle;
  }
  return low;
}

interface Ranks {
  /** 0-based. */
  readonly low: number;
  readonly high: number;
  /** False where there are too few values for an end: it is the extreme then and promises nothing. */
  readonly isLowResolved: boolean;
  readonly isHighResolved: boolean;
}

/**
 * The order statistics between which the percentile lies: no assumption on the distribution (W. J. Conover, Practical Nonparametric
 * Statistics, 1999, 3.2). Values that come in clusters count as fewer: n is divided by the design effect.
 */
function ranksOf(n: number, fraction: number, options: QuantileOptions): Ranks {
  const effective = Math.max(1, Math.round(n / Math.max(1, options.designEffect ?? 1)));
  const tail = options.alpha / 2;
  const low = binomialBelow(tail, effective, fraction);
  const high = effective - 1 - binomialBelow(tail, effective, 1 - fraction);
  const scale = (n - 1) / Math.max(1, effective - 1);
  return {
    low: Math.max(0, Math.floor(low * scale)),
    high: Math.min(n - 1, Math.ceil(high * scale)),
    isLowResolved: low >= 0,
    isHighResolved: high <= effective - 1,
  };
}

export interface QuantileOptions {
  readonly alpha: number;
  /** Variance of a share among clusters (users with many values) over that of single values; 1: every value by itself. */
  readonly designEffect?: number;
}

function estimateOf(
  n: number,
  value: number,
  ranks: Ranks,
  options: { readonly ends: readonly [number, number]; readonly alpha: number },
): QuantileEstimate {
  const [low, high] = options.ends;
  const se = (high - low) / (2 * -normalQuantile(options.alpha / 2));
  return { n, value, interval: [low, high], se, resolved: ranks.isLowResolved && ranks.isHighResolved };
}

/** A percentile of ascending values, exactly as Postgres' percentile_cont, with its interval; null without values. */
export function quantileOf(sorted: readonly number[], fraction: number, options: QuantileOptions): QuantileEstimate | null {
  const value = percentileCont(sorted, fraction);
  if (value === null) return null;
  const ranks = ranksOf(sorted.length, fraction, options);
  const ends = [sorted[ranks.low] ?? value, sorted[ranks.high] ?? value] as const;
  return estimateOf(sorted.length, value, ranks, { ends, alpha: options.alpha });
}

/** The same of values >= 0 in a histogram that adds; its own error is added to both ends of the interval. Null without values. */
export function quantileOfBins(bins: readonly LogBinCount[], fraction: number, options: QuantileOptions): QuantileEstimate | null {
  const n = bins.reduce((sum, { count }) => sum + count, 0);
  const value = logHistogramQuantile(bins, fraction);
  if (value === null) return null;
  const ranks = ranksOf(n, fraction, options);
  const at = (rank: number): number => logHistogramQuantile(bins, n > 1 ? rank / (n - 1) : 0) ?? value;
  const ends = [at(ranks.low) * (1 - LOG_HISTOGRAM_ERROR), at(ranks.high) * (1 + LOG_HISTOGRAM_ERROR)] as const;
  return estimateOf(n, value, ranks, { ends, alpha: options.alpha });
}

/** Between what a percentile of values >= 0 lies. */
export interface QuantileBounds {
  readonly lower: number;
  /** Null where there are too few values to name one. */
  readonly upper: number | null;
}

/**
 * 95 % bounds of a percentile of values >= 0 that are counted by `logBin`: the outer edges of the bins that hold the order statistics of
 * `quantileOf`, so the true ones lie within and at most 2 % off. Too few values for a lower bound: 0. Without values nothing is known.
 */
export function quantileBounds(bins: readonly LogBinCount[], fraction: number): QuantileBounds {
  const n = bins.reduce((sum, { count }) => sum + count, 0);
  if (n === 0) return { lower: 0, upper: null };
  const ranks = ranksOf(n, fraction, { alpha: 0.05 });
  const binOf = (rank: number): number => logBinAtRank(bins, rank) ?? ZERO_BIN;
  return {
    lower: ranks.isLowResolved ? lowerEdgeOfLogBin(binOf(ranks.low)) : 0,
    upper: ranks.isHighResolved ? upperEdgeOfLogBin(binOf(ranks.high)) : null,
  };
}

/** The design effect of a share among clusters: sums over clusters of m (values) and k (values below), their squares and products. */
export function designEffect(sums: {
  readonly clusters: number;
  readonly values: number;
  readonly below: number;
  readonly valuesSquares: number;
  readonly belowSquares: number;
  readonly products: number;
}): number {
  const { clusters, values, below, valuesSquares, belowSquares, products } = sums;
  const share = below / values;
  const single = (share * (1 - share)) / values;
  if (!(clusters > 1) || !(single > 0)) return 1;
  const residuals = belowSquares - 2 * share * products + share * share * valuesSquares;
  const clustered = ((clusters / (clusters - 1)) * residuals) / (values * values);
  return Number.isFinite(clustered) ? Math.max(1, clustered / single) : 1;
}

function reasonAgainst(control: QuantileEstimate, arm: QuantileEstimate, scale: EffectScale): NeutralReason | null {
  if (!control.resolved || !arm.resolved) return 'too_few_units';
  return scale === 'relative' && control.value === 0 ? 'control_mean_zero' : null;
}

function effectOf(control: QuantileEstimate, arm: QuantileEstimate, scale: EffectScale): readonly [effect: number, se: number] {
  const unit = scale === 'relative' ? Math.abs(control.value) : 1;
  const slope = scale === 'relative' ? arm.value / control.value : 1;
  return [(arm.value - control.value) / unit, Math.hypot(arm.se, slope * control.se) / unit];
}

const NO_QUANTILE: QuantileEstimate = { n: 0, value: 0, interval: [0, 0], se: 0, resolved: false };

/** The difference of two percentiles, for `testEffect`: absolute, or relative to the control's. Null where an arm has no values. */
export function quantileEffect(control: QuantileEstimate | null, arm: QuantileEstimate | null, scale: EffectScale): Estimate {
  const [a, b] = [control ?? NO_QUANTILE, arm ?? NO_QUANTILE];
  const n = [a.n, b.n] as const;
  const means = [a.value, b.value] as const;
  const reason = reasonAgainst(a, b, scale);
  if (reason !== null) return neutralEstimate(reason, n, means);
  const [effect, se] = effectOf(a, b, scale);
  if (!(se > 0) || !Number.isFinite(se) || !Number.isFinite(effect)) return neutralEstimate('quantile_not_resolved', n, means);
  return { n, means, effect, se, df: n[0] + n[1] - 2, theta: 0, reason: null };
}
