import type { Comparison } from '@picly/statistics';

/** The name of a method as it stands beside its figures. */
const METHODS = {
  asymptotic_confidence_sequence: 'asymptotic confidence sequence (always valid)',
  welch_t: 'Welch t test (fixed horizon)',
  normal_posterior: 'normal posterior, flat prior',
} as const;

export interface EffectView {
  readonly effect: number;
  readonly interval: readonly [number | null, number | null];
  readonly se: number;
  readonly p: number;
  readonly n: readonly [control: number, arm: number];
  readonly method: string;
  readonly valid_at: 'any_time' | 'planned_sample';
  readonly reason: string | null;
}

export function effectView(comparison: Comparison, note = ''): EffectView {
  const { effect, interval, se, p, n, test, validAt, reason } = comparison;
  return { effect, interval, se, p, n, method: `${METHODS[test]}${note}`, valid_at: validAt, reason };
}

export interface BayesianView {
  readonly chance_to_win: number;
  /** Expected relative loss of keeping the control, and of choosing the arm, when that is wrong. */
  readonly risk: readonly [control: number, arm: number];
  readonly interval: readonly [number | null, number | null];
  readonly method: string;
  readonly reason: string | null;
}

export function bayesianView({ chanceToWin, risk, interval, reason }: Comparison): BayesianView {
  return { chance_to_win: chanceToWin, risk, interval, method: METHODS.normal_posterior, reason };
}
