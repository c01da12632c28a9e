import { addSums, fullSums, sumsOfUnit, type ArmSums, type FullArmSums, type MetricType } from './arm-sums';
import { cleaned, momentsOf, type Moments } from './moments';

/** Why a comparison says nothing. */
export type NeutralReason =
  | 'too_few_units'
  | 'no_variance'
  | 'control_mean_zero'
  | 'denominator_zero'
  | 'numbers_too_large'
  | 'quantile_not_resolved'
  | 'not_by_segment'
  | 'alpha_too_large';

export type EffectScale = 'relative' | 'absolute';

/** The effect of an arm against the control with its standard error; (0, 0) with a reason where there is none. */
export interface Estimate {
  /** Units of control and arm. */
  readonly n: readonly [control: number, arm: number];
  /** Unadjusted means, shares or ratios of control and arm. */
  readonly means: readonly [control: number, arm: number];
  readonly effect: number;
  readonly se: number;
  /** Welch-Satterthwaite degrees of freedom, from the absolute parts. */
  readonly df: number;
  /** The CUPED coefficient; 0: not adjusted. */
  readonly theta: number;
  readonly reason: NeutralReason | null;
}

export interface EstimateOptions {
  readonly effect: EffectScale;
  readonly cuped: boolean;
}

interface Pair {
  readonly type: MetricType;
  readonly control: Moments;
  readonly arm: Moments;
  readonly theta: number;
}

function pooledTheta(type: MetricType, control: FullArmSums, arm: FullArmSums): number {
  const pooled = momentsOf(type, addSums(control, arm));
  return pooled.preVariance > 0 && pooled.variance > 0 ? pooled.covariance / pooled.preVariance : 0;
}

/** Ratios: each arm is linearised at its own means, then covariances and variances of both arms are added. */
function linearisedTheta(control: Moments, arm: Moments): number {
  const preVariance = control.preVariance + arm.preVariance;
  const theta = preVariance > 0 ? (control.covariance + arm.covariance) / preVariance : 0;
  return Math.abs(theta) < 1e-8 ? 0 : theta;
}

const adjustedMean = ({ mean, preMean }: Moments, theta: number): number => mean - theta * preMean;

function adjustedVariance({ n, variance, preVariance, covariance }: Moments, theta: number, scale = 1): number {
  const terms = scale * scale * variance + theta * theta * preVariance;
  return cleaned(terms - 2 * theta * scale * covariance, terms, n);
}

/** Derivative of the relative effect by the control's own mean, times -a: b/a, of adjusted ratios 1 + (b_adj - a_adj)/a. */
function controlScale({ type, control, arm, theta }: Pair): number {
  if (type !== 'ratio') return arm.mean / control.mean;
  return 1 + (adjustedMean(arm, theta) - adjustedMean(control, theta)) / control.mean;
}

function squaredError(pair: Pair, scale: EffectScale): number {
  const { control, arm, theta } = pair;
  const ofArm = adjustedVariance(arm, theta) / arm.n;
  if (scale === 'absolute') return ofArm + adjustedVariance(control, theta) / control.n;
  return (ofArm + adjustedVariance(control, theta, controlScale(pair)) / control.n) / (control.mean * control.mean);
}

function welch({ control, arm, theta }: Pair): number {
  const a = adjustedVariance(control, theta) / control.n;
  const b = adjustedVariance(arm, theta) / arm.n;
  return (a + b) ** 2 / ((b * b) / (arm.n - 1) + (a * a) / (control.n - 1));
}

function reasonAgainst(pair: Pair, scale: EffectScale, denominators: readonly number[]): NeutralReason | null {
  const { control, arm, theta } = pair;
  if (control.n < 2 || arm.n < 2) return 'too_few_units';
  if (denominators.includes(0)) return 'denominator_zero';
  if (!(adjustedVariance(control, theta) > 0 && adjustedVariance(arm, theta) > 0)) return 'no_variance';
  return scale === 'relative' && control.mean === 0 ? 'control_mean_zero' : null;
}

/** An estimate that says nothing, and why. */
export const neutralEstimate = (reason: NeutralReason, n: Estimate['n'], means: Estimate['means']): Estimate => ({
  n,
  means: means.every(Number.isFinite) ? means : [0, 0],
  effect: 0,
  se: 0,
  df: 0,
  theta: 0,
  reason,
});

/** The CUPED coefficient of control and arm together; 0 where the past says nothing. */
export function sharedTheta(type: MetricType, control: FullArmSums, arm: FullArmSums): number {
  const theta = type === 'ratio' ? linearisedTheta(momentsOf(type, control), momentsOf(type, arm)) : pooledTheta(type, control, arm);
  return Number.isFinite(theta) ? theta : 0;
}

function effectOf({ control, arm, theta }: Pair, scale: EffectScale): number {
  const difference = adjustedMean(arm, theta) - adjustedMean(control, theta);
  return scale === 'relative' ? difference / Math.abs(control.mean) : difference;
}

/**
 * The difference of an arm from the control: absolute b - a, relative (b - a)/|a|, optionally by CUPED (Deng, Xu, Kohavi, Walker,
 * WSDM 2013), with the standard error of statistics.md (delta method: Deng, Knoblich, Lu, KDD 2018).
 */
export function estimateEffect(type: MetricType, control: ArmSums, arm: ArmSums, options: EstimateOptions): Estimate {
  const sums = [fullSums(control), fullSums(arm)] as const;
  const moments = [momentsOf(type, sums[0]), momentsOf(type, sums[1])] as const;
  const pair: Pair = { type, control: moments[0], arm: moments[1], theta: options.cuped ? sharedTheta(type, ...sums) : 0 };
  const n = [control.n, arm.n] as const;
  const means = [pair.control.mean, pair.arm.mean] as const;
  const denominators = type === 'ratio' ? sums.map(({ denominatorSum }) => denominatorSum) : [];
  const reason = reasonAgainst(pair, options.effect, denominators);
  if (reason !== null) return neutralEstimate(reason, n, means);
  const effect = effectOf(pair, options.effect);
  const se = Math.sqrt(squaredError(pair, options.effect));
  if (!(Number.isFinite(effect) && Number.isFinite(se))) return neutralEstimate('numbers_too_large', n, means);
  return se > 0 ? { n, means, effect, se, df: welch(pair), theta: pair.theta, reason: null } : neutralEstimate('no_variance', n, means);
}

/** A unit of the size of `own`'s that does what those of `other` do on average. */
function unitLike(type: MetricType, own: FullArmSums, other: FullArmSums): FullArmSums {
  if (type !== 'ratio') return sumsOfUnit({ value: other.sum / other.n });
  const denominator = own.denominatorSum / own.n;
  return sumsOfUnit({ value: (other.sum / other.denominatorSum) * denominator, denominator });
}

/**
 * The absolute difference where one of the arms, or both, never vary: each arm gets one unit more that does what the other arm's do
 * on average. That gives a variance and draws the arms together, by less the more units there are. For harm that must not be
 * overlooked because nothing of the kind was ever seen in the control; a comparison of arms has no variance to go by, and says so.
 */
export function drawnTogether(type: MetricType, control: ArmSums, arm: ArmSums): Estimate {
  const [a, b] = [fullSums(control), fullSums(arm)];
  if (a.n < 2 || b.n < 2) return neutralEstimate('too_few_units', [a.n, b.n], [0, 0]);
  const extended = [addSums(a, unitLike(type, a, b)), addSums(b, unitLike(type, b, a))] as const;
  return estimateEffect(type, ...extended, { effect: 'absolute', cuped: false });
}
