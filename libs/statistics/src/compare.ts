import { DEFAULT_TUNING_N, intervalAround, sequenceBoundary, sequenceP, type OpenInterval, type Sided } from './always-valid';
import type { ArmSums, Direction, MetricType } from './arm-sums';
import { chanceToWin, posteriorOf, riskOf, type Posterior, type Prior } from './bayesian';
import { estimateEffect, neutralEstimate, type EffectScale, type Estimate, type NeutralReason } from './estimate';
import { normalQuantile } from './normal';
import { tSurvival, tUpperQuantile } from './student-t';

export type ComparisonMethod = 'always_valid' | 'fixed' | 'bayesian';

export interface TestOptions {
  readonly method: ComparisonMethod;
  readonly effect: EffectScale;
  readonly direction: Direction;
  /** 0..1, the error allowed. */
  readonly alpha: number;
  /** Units of both arms at which the always-valid interval is tuned to be narrow. */
  readonly tuningN: number;
  readonly sided: Sided;
  /** Of the relative effect; scaled by |control mean| for absolute ones. */
  readonly prior?: Prior;
}

export interface CompareOptions extends TestOptions {
  readonly cuped: boolean;
}

export const DEFAULT_COMPARE_OPTIONS: CompareOptions = {
  method: 'always_valid',
  effect: 'relative',
  direction: 'up',
  alpha: 0.05,
  tuningN: DEFAULT_TUNING_N,
  sided: 'two',
  cuped: false,
};

/** The name of the test behind the interval and the p-value. */
export type TestName = 'asymptotic_confidence_sequence' | 'welch_t' | 'normal_posterior';

/** An arm against the control. A comparison that says nothing is (0, [0, 0], p = 1), with the reason. */
export interface Comparison {
  readonly n: Estimate['n'];
  readonly means: Estimate['means'];
  readonly effect: number;
  readonly interval: OpenInterval;
  /** Standard error; with the Bayesian method the posterior's standard deviation. */
  readonly se: number;
  /** With the Bayesian method the always-valid p-value of the data alone. */
  readonly p: number;
  /** Probability that the arm is better, from the posterior (flat unless a prior is given). */
  readonly chanceToWin: number;
  /** Expected loss of choosing the control, and the arm, when that is wrong; in units of the effect. */
  readonly risk: readonly [control: number, arm: number];
  /** The CUPED coefficient, 0 without. */
  readonly theta: number;
  readonly test: TestName;
  /** When interval and p may be read: at any time, or at the planned sample only. */
  readonly validAt: 'any_time' | 'planned_sample';
  readonly reason: NeutralReason | null;
}

const TEST: Readonly<Record<ComparisonMethod, Pick<Comparison, 'test' | 'validAt'>>> = {
  always_valid: { test: 'asymptotic_confidence_sequence', validAt: 'any_time' },
  fixed: { test: 'welch_t', validAt: 'planned_sample' },
  bayesian: { test: 'normal_posterior', validAt: 'any_time' },
};

function neutral({ n, means }: Estimate, method: ComparisonMethod, reason: NeutralReason): Comparison {
  const nothing = { effect: 0, interval: [0, 0], se: 0, p: 1, chanceToWin: 0.5, risk: [0, 0], theta: 0 } as const;
  return { ...nothing, ...TEST[method], n, means, reason };
}

type Tested = Pick<Comparison, 'effect' | 'interval' | 'se' | 'p'>;

function alwaysValid({ effect, se, n }: Estimate, options: TestOptions): Tested {
  const total = n[0] + n[1];
  const interval = intervalAround(effect, se * sequenceBoundary(total, options), options.sided);
  return { effect, se, interval, p: sequenceP(effect / se, total, options) };
}

function fixedHorizon({ effect, se, df }: Estimate, { alpha, sided }: TestOptions): Tested {
  const t = effect / se;
  const halfWidth = se * tUpperQuantile(sided === 'two' ? alpha / 2 : alpha, df);
  const p = sided === 'two' ? Math.min(1, 2 * tSurvival(Math.abs(t), df)) : tSurvival(sided === 'greater' ? t : -t, df);
  return { effect, se, interval: intervalAround(effect, halfWidth, sided), p };
}

function credible(estimate: Estimate, posterior: Posterior, options: TestOptions): Tested {
  const { alpha, sided } = options;
  const halfWidth = -normalQuantile(sided === 'two' ? alpha / 2 : alpha) * posterior.sd;
  const interval = intervalAround(posterior.mean, halfWidth, sided);
  return { effect: posterior.mean, se: posterior.sd, interval, p: alwaysValid(estimate, options).p };
}

function scaledPrior({ means }: Estimate, { prior, effect }: TestOptions): Prior | undefined {
  const scale = effect === 'relative' ? 1 : Math.abs(means[0]);
  return prior && { mean: prior.mean * scale, sd: prior.sd * scale };
}

const isFinite = (...values: readonly (number | null)[]): boolean => values.every((value) => value === null || Number.isFinite(value));

/** The mixture of the one-sided confidence sequence has no width from one half on. */
const isAlphaTooLarge = ({ method, sided, alpha }: TestOptions): boolean => method !== 'fixed' && sided !== 'two' && alpha >= 0.5;

function reasonAgainst(estimate: Estimate, prior: Prior | undefined, options: TestOptions): NeutralReason | null {
  if (estimate.reason !== null) return estimate.reason;
  if (isAlphaTooLarge(options)) return 'alpha_too_large';
  return prior && !(prior.sd > 0) ? 'control_mean_zero' : null;
}

/** Interval, p-value, chance to win and risk of an effect that is known with a standard error. */
export function testEffect(estimate: Estimate, options: TestOptions): Comparison {
  const { method, direction } = options;
  const prior = scaledPrior(estimate, options);
  const reason = reasonAgainst(estimate, prior, options);
  if (reason !== null) return neutral(estimate, method, reason);
  const posterior = posteriorOf(estimate.effect, estimate.se, prior);
  const tested =
    method === 'bayesian'
      ? credible(estimate, posterior, options)
      : method === 'fixed'
        ? fixedHorizon(estimate, options)
        : alwaysValid(estimate, options);
  const chance = chanceToWin(posterior, direction);
  const risk = riskOf(posterior, direction);
  if (!isFinite(tested.effect, tested.se, tested.p, chance, ...risk, ...tested.interval))
    return neutral(estimate, method, 'numbers_too_large');
  return {
    ...tested,
    ...TEST[method],
    n: estimate.n,
    means: estimate.means,
    theta: estimate.theta,
    chanceToWin: chance,
    risk,
    reason: null,
  };
}

/** An arm against the control by the sums of both. `type` is the metric's declared type. */
export function compare(type: MetricType, control: ArmSums, arm: ArmSums, options: Partial<CompareOptions> = {}): Comparison {
  const all = { ...DEFAULT_COMPARE_OPTIONS, ...options };
  return testEffect(estimateEffect(type, control, arm, all), all);
}

/** The neutral comparison, for whoever cannot make an estimate. */
export const noComparison = (reason: NeutralReason, method: ComparisonMethod = 'always_valid'): Comparison =>
  neutral(neutralEstimate(reason, [0, 0], [0, 0]), method, reason);
