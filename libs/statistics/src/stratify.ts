import { addSums, fullSums, type ArmSums, type FullArmSums, type MetricType } from './arm-sums';
import { estimateEffect, neutralEstimate, sharedTheta, type EffectScale, type Estimate, type EstimateOptions } from './estimate';
import { cleaned, momentsOf, sampleCovariance, sampleVariance } from './moments';

/** The sums of control and arm among the units of one stratum. */
export interface Stratum {
  readonly control: ArmSums;
  readonly arm: ArmSums;
}

/** A stretch of time with fixed shares of the arms. */
export interface AllocationStratum extends Stratum {
  /** Everybody assigned in it, to any arm: by them it weighs. */
  readonly units: number;
}

interface Cell {
  /** Share of the cell in all of them. */
  readonly weight: number;
  readonly control: FullArmSums;
  readonly arm: FullArmSums;
}

type Vector = readonly number[];
type Matrix = readonly Vector[];

/** Means that the effect is made of, and their covariance. */
interface Means {
  readonly means: Vector;
  readonly covariance: Matrix;
}

interface Strata {
  readonly cells: readonly Cell[];
  /** Units that the weights are estimated from; null where they were given. */
  readonly sampled: number | null;
}

interface Question {
  readonly type: MetricType;
  readonly options: EstimateOptions;
  readonly theta: number;
}

const isViable = (type: MetricType, { control, arm }: Stratum): boolean =>
  Math.min(control.n, arm.n) >= 2 && momentsOf(type, fullSums(control)).variance > 0 && momentsOf(type, fullSums(arm)).variance > 0;

const size = ({ control, arm }: Stratum): number => control.n + arm.n;

/** Strata in which an arm says nothing by itself are added to the largest one. */
function sampledStrata(type: MetricType, strata: readonly Stratum[]): Strata {
  const [largest, ...rest] = [...strata].sort((a, b) => size(b) - size(a));
  const sampled = strata.reduce((sum, stratum) => sum + size(stratum), 0);
  if (!largest) return { cells: [], sampled };
  const weak = rest.filter((stratum) => !isViable(type, stratum));
  const merged: Stratum = {
    control: addSums(largest.control, ...weak.map(({ control }) => control)),
    arm: addSums(largest.arm, ...weak.map(({ arm }) => arm)),
  };
  const kept = [merged, ...rest.filter((stratum) => isViable(type, stratum))];
  return {
    sampled,
    cells: kept.map((stratum) => ({ weight: size(stratum) / sampled, control: fullSums(stratum.control), arm: fullSums(stratum.arm) })),
  };
}

/** Strata in which an arm has no two units say nothing and are left out: added to another they would bring its shares with them. */
function givenStrata(type: MetricType, strata: readonly AllocationStratum[]): Strata {
  const hasDenominator = ({ denominatorSum = 0 }: ArmSums): boolean => type !== 'ratio' || denominatorSum !== 0;
  const kept = strata.filter(({ control, arm }) => Math.min(control.n, arm.n) >= 2 && hasDenominator(control) && hasDenominator(arm));
  const units = kept.reduce((sum, stratum) => sum + stratum.units, 0);
  return {
    sampled: null,
    cells: kept.map(({ units: own, control, arm }) => ({ weight: own / units, control: fullSums(control), arm: fullSums(arm) })),
  };
}

/** Numerator and denominator, now and before exposure; of other metrics the value alone. */
function ratioMeans(sums: FullArmSums): Means {
  const { n, sum, denominatorSum, preSum, preDenominatorSum } = sums;
  const of = (x: number, y: number, products: number): number => sampleCovariance(n, x, y, products);
  const md = of(sum, denominatorSum, sums.numeratorDenominatorSum);
  const mp = of(sum, preSum, sums.postPreSum);
  const mq = of(sum, preDenominatorSum, sums.postNumeratorPreDenominatorSum);
  const dp = of(denominatorSum, preSum, sums.postDenominatorPreNumeratorSum);
  const dq = of(denominatorSum, preDenominatorSum, sums.postDenominatorPreDenominatorSum);
  const pq = of(preSum, preDenominatorSum, sums.preNumeratorDenominatorSum);
  return {
    means: [sum / n, denominatorSum / n, preSum / n, preDenominatorSum / n],
    covariance: [
      [sampleVariance(n, sum, sums.sumSquares), md, mp, mq],
      [md, sampleVariance(n, denominatorSum, sums.denominatorSumSquares), dp, dq],
      [mp, dp, sampleVariance(n, preSum, sums.preSumSquares), pq],
      [mq, dq, pq, sampleVariance(n, preDenominatorSum, sums.preDenominatorSumSquares)],
    ],
  };
}

/** The means of one arm's units, now and before exposure, and the covariance of one unit. */
function armMeans(type: MetricType, sums: FullArmSums, correction: number): Means {
  if (type === 'ratio') return ratioMeans(sums);
  const { mean, variance, preMean, preVariance, covariance } = momentsOf(type, sums);
  const scale = type === 'proportion' ? correction : 1;
  return {
    means: [mean, preMean],
    covariance: [
      [scale * variance, scale * covariance],
      [scale * covariance, scale * preVariance],
    ],
  };
}

/** Control's means, then the arm's; the arms are independent. Many small strata need the unbiased variance of a share: p(1-p) n/(n-1). */
function cellMeans(type: MetricType, { control, arm }: Cell, unbiased: boolean): Means {
  const correction = ({ n }: FullArmSums): number => (unbiased ? n / (n - 1) : 1);
  const [a, b] = [armMeans(type, control, correction(control)), armMeans(type, arm, correction(arm))];
  const half = a.means.length;
  const range = Array.from({ length: 2 * half }, (_, index) => index);
  const at = (row: number, column: number): number => {
    if (row < half && column < half) return (a.covariance[row]?.[column] ?? 0) / control.n;
    if (row >= half && column >= half) return (b.covariance[row - half]?.[column - half] ?? 0) / arm.n;
    return 0;
  };
  return { means: [...a.means, ...b.means], covariance: range.map((row) => range.map((column) => at(row, column))) };
}

/** Weighted means, with the covariance within strata and, where the weights are estimated from the same units, between them. */
function pooled(type: MetricType, { cells, sampled }: Strata): Means {
  const parts = cells.map((cell) => ({ weight: cell.weight, ...cellMeans(type, cell, sampled === null) }));
  const length = parts[0]?.means.length ?? 0;
  const range = Array.from({ length }, (_, index) => index);
  const means = range.map((at) => parts.reduce((sum, part) => sum + part.weight * (part.means[at] ?? 0), 0));
  const between = (row: number, column: number): number => {
    if (sampled === null) return 0;
    const products = parts.reduce((sum, part) => sum + part.weight * (part.means[row] ?? 0) * (part.means[column] ?? 0), 0);
    return (products - (means[row] ?? 0) * (means[column] ?? 0)) / sampled;
  };
  const within = (row: number, column: number): number =>
    parts.reduce((sum, part) => sum + part.weight * part.weight * (part.covariance[row]?.[column] ?? 0), 0);
  return { means, covariance: range.map((row) => range.map((column) => within(row, column) + between(row, column))) };
}

/** The value of one arm, and what CUPED leaves of it, with their derivatives by the arm's means. */
interface ArmValue {
  readonly value: number;
  readonly slope: Vector;
  readonly adjusted: number;
  readonly adjustedSlope: Vector;
}

function valueOf(type: MetricType, means: Vector, theta: number): ArmValue {
  if (type !== 'ratio') {
    const [value = 0, pre = 0] = means;
    return { value, slope: [1, 0], adjusted: value - theta * pre, adjustedSlope: [1, -theta] };
  }
  const [m = 0, d = 0, p = 0, q = 0] = means;
  const value = m / d;
  const slope = [1 / d, -m / (d * d), 0, 0];
  if (theta === 0 || q === 0) return { value, slope, adjusted: value, adjustedSlope: slope };
  return {
    value,
    slope,
    adjusted: value - (theta * p) / q,
    adjustedSlope: [1 / d, -m / (d * d), -theta / q, (theta * p) / (q * q)],
  };
}

function quadratic(vector: Vector, matrix: Matrix): number {
  return matrix.reduce(
    (sum, row, at) => sum + (vector[at] ?? 0) * row.reduce((inner, value, column) => inner + value * (vector[column] ?? 0), 0),
    0,
  );
}

/** What rounding leaves of terms that cancel is no variance. */
function varianceOf(slopes: Vector, covariance: Matrix, n: number): number {
  const terms = quadratic(
    slopes.map(Math.abs),
    covariance.map((row) => row.map(Math.abs)),
  );
  return cleaned(quadratic(slopes, covariance), terms, n);
}

/** Derivatives of the effect by the control's means, then the arm's; relative ones as in `estimateEffect`. */
function slopesOf(type: MetricType, control: ArmValue, arm: ArmValue, scale: EffectScale): Vector {
  if (scale === 'absolute') return [...control.adjustedSlope.map((each) => -each), ...arm.adjustedSlope];
  const unit = Math.abs(control.value);
  const gain = type === 'ratio' ? arm.adjusted - control.adjusted : arm.value - control.value;
  const ofControl = control.adjustedSlope.map((each, at) => -(each + ((control.slope[at] ?? 0) * gain) / control.value) / unit);
  return [...ofControl, ...arm.adjustedSlope.map((each) => each / unit)];
}

function estimateOf({ type, options, theta }: Question, strata: Strata, plain: Pick<Estimate, 'n' | 'means' | 'df'>): Estimate {
  const { means, covariance } = pooled(type, strata);
  const half = means.length / 2;
  const [control, arm] = [valueOf(type, means.slice(0, half), theta), valueOf(type, means.slice(half), theta)];
  if (options.effect === 'relative' && control.value === 0) return neutralEstimate('control_mean_zero', plain.n, plain.means);
  const effect = (arm.adjusted - control.adjusted) / (options.effect === 'relative' ? Math.abs(control.value) : 1);
  const variance = varianceOf(slopesOf(type, control, arm, options.effect), covariance, plain.n[0] + plain.n[1]);
  if (!Number.isFinite(effect) || Number.isNaN(variance)) return neutralEstimate('numbers_too_large', plain.n, plain.means);
  const se = Math.sqrt(variance);
  if (!(se > 0)) return neutralEstimate('no_variance', plain.n, plain.means);
  if (!Number.isFinite(se)) return neutralEstimate('numbers_too_large', plain.n, plain.means);
  return { n: plain.n, means: [control.value, arm.value], effect, se, df: plain.df, theta, reason: null };
}

const wholeOf = (strata: readonly Stratum[]): readonly [FullArmSums, FullArmSums] => [
  addSums(...strata.map(({ control }) => control)),
  addSums(...strata.map(({ arm }) => arm)),
];

/**
 * Post-stratification: every stratum compared within itself, then averaged with the pooled weights of both arms; the variance has
 * a within-strata and, as the weights are estimated from the same units, a between-strata term (Miratrix, Sekhon & Yu, JRSS B 75,
 * 2013; Xie & Aurisset, KDD 2016). Strata too small for that join the largest; with one stratum left it is the plain estimate.
 */
export function stratifiedEffect(type: MetricType, strata: readonly Stratum[], options: EstimateOptions): Estimate {
  const plain = estimateEffect(type, ...wholeOf(strata), options);
  if (plain.reason !== null) return plain;
  const sampled = sampledStrata(type, strata);
  return sampled.cells.length < 2 ? plain : estimateOf({ type, options, theta: plain.theta }, sampled, plain);
}

/** The adjustment by what units did before is found within the strata: between them everything else differs too. */
function thetaWithin(type: MetricType, strata: Strata, { cuped }: EstimateOptions): number {
  if (!cuped) return 0;
  const parts = strata.cells.map(({ weight, control, arm }) => ({ weight, theta: sharedTheta(type, control, arm) }));
  return parts.reduce((sum, { weight, theta }) => sum + weight * theta, 0);
}

/**
 * The effect over stretches of time with different shares of the arms (changed weights, a bandit): the differences within the
 * stretches, weighed by everybody assigned in them (stratified sampling: Cochran 1977, chapter 5). Each stretch's shares were fixed
 * before its units came, so its difference is unbiased although later shares follow from it; pooling them as they are would mix
 * the time of assignment into the effect (Simpson). Stretches in which an arm has less than two units are left out.
 */
export function allocationEffect(type: MetricType, strata: readonly AllocationStratum[], options: EstimateOptions): Estimate {
  const given = givenStrata(type, strata);
  const { cells } = given;
  if (cells.length === 0) {
    const [control, arm] = wholeOf(strata);
    return neutralEstimate('too_few_units', [control.n, arm.n], [0, 0]);
  }
  const n = [cells.reduce((sum, { control }) => sum + control.n, 0), cells.reduce((sum, { arm }) => sum + arm.n, 0)] as const;
  const df = Math.max(1, n[0] + n[1] - 2 * cells.length);
  return estimateOf({ type, options, theta: thetaWithin(type, given, options) }, given, { n, means: [0, 0], df });
}
