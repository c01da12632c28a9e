import { isAveraged, type ExperimentDefinition, type MetricDefinition } from '@picly/experiments';
import { adjustP, type Comparison } from '@picly/statistics';
import { MetricComparer } from './compare-metric';
import type { Evidence } from './evidence';
import { bayesianView, effectView, type BayesianView, type EffectView } from './views';

export interface ArmComparison {
  readonly arm: string;
  readonly relative: EffectView & { readonly p_adjusted: number };
  readonly absolute: EffectView;
  readonly bayesian: BayesianView;
  /** Only beside the planned sample, as it may be read there alone. */
  readonly fixed_horizon:
    (EffectView & { readonly absolute: EffectView; readonly planned_sample: number; readonly is_reached: boolean }) | null;
  /** The relative effect with the units' own history taken out; null where there is none. */
  readonly cuped: (EffectView & { readonly theta: number; readonly variance_left: number }) | null;
}

export type MetricRole = 'primary' | 'secondary' | 'guardrail' | 'declared';

export interface MetricResult {
  readonly metric: string;
  readonly type: MetricDefinition['type'];
  readonly direction: 'up' | 'down';
  readonly role: MetricRole;
  readonly window_hours: number | null;
  readonly unit_value: string;
  /** What a unit counts for at most: as declared, or the percentile of the units so far; null without a cap. */
  readonly cap: number | null;
  readonly arms: readonly { readonly arm: string; readonly n: number; readonly value: number | null }[];
  readonly comparisons: readonly ArmComparison[];
  readonly correction: string;
}

/** A metric as it was compared, for those who decide by it. */
export interface Compared {
  readonly metric: MetricDefinition;
  readonly role: MetricRole;
  readonly comparer: MetricComparer;
  /** Relative, by arm. */
  readonly byArm: ReadonlyMap<string, Comparison>;
}

function roleOf(definition: ExperimentDefinition, key: string): MetricRole {
  if (definition.primary_metric === key) return 'primary';
  if (definition.secondary_metrics.includes(key)) return 'secondary';
  return definition.guardrails.some(({ metric }) => metric === key) ? 'guardrail' : 'declared';
}

const challengers = ({ arms }: ExperimentDefinition): readonly string[] => arms.slice(1).map(({ key }) => key);

/** Every metric of the experiment against the control. */
export function compareAll(evidence: Evidence): readonly Compared[] {
  const { definition } = evidence;
  return definition.metrics.map((metric) => {
    const comparer = new MetricComparer(evidence, metric);
    const byArm = new Map(challengers(definition).map((arm) => [arm, comparer.compare(arm, { method: evidence.method })]));
    return { metric, role: roleOf(definition, metric.key), comparer, byArm };
  });
}

/** p-values after correction over all arms of the primary and the secondary metrics, by `metric arm`. */
export function correctedP(definition: ExperimentDefinition, compared: readonly Compared[]): ReadonlyMap<string, number> {
  const family = compared
    .filter(({ role }) => role === 'primary' || role === 'secondary')
    .flatMap(({ metric, byArm }) => [...byArm].map(([arm, { p }]) => ({ name: pName(metric.key, arm), p })));
  const adjusted = adjustP(
    family.map(({ p }) => p),
    definition.correction,
  );
  return new Map(family.map(({ name }, index) => [name, adjusted[index] ?? 1]));
}

export const pName = (metric: string, arm: string): string => JSON.stringify([metric, arm]);

/** A product of decimals may miss the number it means by its last digits. */
export const percentileName = (fraction: number): string => `${Number((100 * fraction).toFixed(4))}th percentile`;

function meanValue({ of, cap_quantile: quantile }: MetricDefinition): string {
  const capped = quantile === null ? '' : `, at most the ${percentileName(quantile)} of all units`;
  return (isAveraged(of) ? `average ${of} of the unit's own events; units without any are left out` : `total ${of} of the unit`) + capped;
}

const UNIT_VALUES: Readonly<Record<MetricDefinition['type'], (metric: MetricDefinition) => string>> = {
  proportion: ({ of }) => `1 when the unit has any ${of}, else 0`,
  mean: meanValue,
  ratio: ({ of, per }) => `${of} per ${per ?? ''}; delta method over units`,
  retention: ({ day }) =>
    `1 when the unit was active in the 24 hours of day ${day ?? 0} after its first exposure; units whose day is not over are left out`,
  quantile: ({ of, quantile }) =>
    `${percentileName(quantile ?? 0)} of single ${of}, known to 1 %; error by order statistics with units as the sample`,
};

function cupedOf({ comparer }: Compared, arm: string, plain: Comparison): ArmComparison['cuped'] {
  if (!comparer.hasHistory) return null;
  const cuped = comparer.compare(arm, { method: 'always_valid', cuped: true });
  const left = plain.se > 0 && cuped.reason === null ? (cuped.se / plain.se) ** 2 : 1;
  return { ...effectView(cuped, ', CUPED by the same metric before exposure'), theta: cuped.theta, variance_left: left };
}

function fixedOf(definition: ExperimentDefinition, { comparer }: Compared, arm: string): ArmComparison['fixed_horizon'] {
  const planned = definition.planned_sample;
  if (planned === null) return null;
  const units = definition.arms.reduce((sum, { key }) => sum + comparer.units(key), 0);
  const absolute = effectView(comparer.compare(arm, { method: 'fixed', effect: 'absolute' }));
  return { ...effectView(comparer.compare(arm, { method: 'fixed' })), absolute, planned_sample: planned, is_reached: units >= planned };
}

/** The answer's part on one metric. */
export function metricResult(
  { definition, caps }: Pick<Evidence, 'definition' | 'caps'>,
  compared: Compared,
  corrected: ReadonlyMap<string, number>,
): MetricResult {
  const { metric, role, comparer, byArm } = compared;
  const note = comparer.isStratified ? ', post-stratified by phases of different weights' : '';
  const comparisons = [...byArm].map(([arm, plain]): ArmComparison => ({
    arm,
    relative: { ...effectView(plain, note), p_adjusted: corrected.get(pName(metric.key, arm)) ?? plain.p },
    absolute: effectView(comparer.compare(arm, { method: 'always_valid', effect: 'absolute' }), note),
    bayesian: bayesianView(comparer.compare(arm, { method: 'bayesian' })),
    fixed_horizon: fixedOf(definition, compared, arm),
    cuped: cupedOf(compared, arm, plain),
  }));
  return {
    metric: metric.key,
    type: metric.type,
    direction: metric.direction,
    role,
    window_hours: metric.window_hours,
    unit_value: UNIT_VALUES[metric.type](metric),
    cap: metric.cap ?? caps.get(metric.key) ?? null,
    arms: definition.arms.map(({ key }) => ({ arm: key, n: comparer.units(key), value: comparer.level(key) })),
    comparisons,
    correction:
      role === 'primary' || role === 'secondary' ? `${definition.correction}, over arms of primary and secondary metrics` : 'none',
  };
}
