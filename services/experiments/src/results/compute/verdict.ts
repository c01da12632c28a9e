import type { ExperimentVerdict } from '@picly/contracts';
import { decide, type ArmEvidence, type Comparison, type DecisionResult, type MissingCondition } from '@picly/statistics';
import type { Evidence } from './evidence';
import { guardrailsOf } from './guardrails';
import type { Health } from './health';
import { pName, type Compared } from './metric-results';

export interface Verdict {
  readonly verdict: ExperimentVerdict;
  readonly arm: string | null;
  readonly reasons: readonly string[];
  readonly missing: readonly MissingCondition[];
  readonly guardrails: readonly { readonly arm: string; readonly harmed: readonly string[]; readonly unclear: readonly string[] }[];
  readonly method: string;
}

const SENTENCES: Readonly<Record<MissingCondition, string>> = {
  no_comparison: 'the arms cannot be compared yet: too few units, or all of them the same',
  effect_not_shown: 'the interval of the primary metric does not lie on the good side of zero',
  not_significant_after_correction: 'after correction over all metrics and arms the effect could be chance',
  guardrail_harmed: 'a guardrail is harmed by more than is tolerated',
  sample_ratio_alarm: 'the split of units is not the planned one: something loses or repeats them, and nothing can be concluded',
  multiple_exposure_alarm: 'too many units were seen in several arms',
  minimum_run_not_reached: 'the minimum run is not reached',
  minimum_units_not_reached: 'the minimum sample per arm is not reached',
  loss_above_limit: 'the expected loss of being wrong is above its limit',
};

const METHOD =
  'a winner needs: always-valid interval beyond zero in the wanted direction, p after correction, no guardrail harmed, no alarm, minimum run and sample, expected loss under its limit';

function armEvidence(evidence: Evidence, compared: readonly Compared[], corrected: ReadonlyMap<string, number>): ArmEvidence[] {
  const { definition } = evidence;
  const primary = compared.find(({ role }) => role === 'primary');
  return [...(primary?.byArm ?? new Map<string, Comparison>())].map(([arm, comparison]) => ({
    arm,
    primary: comparison,
    pAdjusted: corrected.get(pName(definition.primary_metric, arm)) ?? 1,
    guardrails: guardrailsOf(evidence, compared, arm),
  }));
}

function percent(value: number): string {
  return `${value >= 0 ? '+' : ''}${(100 * value).toFixed(2)} %`;
}

function shipReason(evidence: readonly ArmEvidence[], arm: string): string {
  const found = evidence.find((each) => each.arm === arm)?.primary;
  const [low, high] = found?.interval ?? [0, 0];
  return `${arm} is better on the primary metric: ${percent(found?.effect ?? 0)} (${percent(low ?? 0)} to ${percent(high ?? 0)}${found?.validAt === 'any_time' ? ', always valid' : ', fixed horizon'})`;
}

/** A test that cannot be trusted, or harms, is stopped; that is no verdict on which arm is better. */
function verdictOf({ decision, reason }: DecisionResult): ExperimentVerdict {
  return decision === 'cannot_tell' && reason !== 'ended_without_winner' ? 'stop' : decision;
}

function reasonsOf(result: DecisionResult, evidence: readonly ArmEvidence[]): readonly string[] {
  if (result.arm !== null) return [shipReason(evidence, result.arm)];
  const harmed = result.arms.flatMap(({ arm, harmed: names }) =>
    names.map((name) => `${arm} harms the guardrail ${name} by more than is tolerated`),
  );
  if (result.reason === 'every_arm_is_worse')
    return ['every arm is worse than the control on the primary metric, or harms a guardrail', ...harmed];
  const missing = result.missing.filter((name) => name !== 'guardrail_harmed' || harmed.length === 0).map((name) => SENTENCES[name]);
  return [...harmed, ...missing];
}

/** What to do, by the rule of statistics.md, and why. A breached guardrail in one arm of several does not stop the others. */
export function verdictOn(
  evidence: Evidence,
  compared: readonly Compared[],
  of: { health: Health; corrected: ReadonlyMap<string, number> },
): Verdict {
  const { definition, runHours, isOver } = evidence;
  const primary = compared.find(({ role }) => role === 'primary');
  const arms = armEvidence(evidence, compared, of.corrected);
  const result = decide({
    direction: primary?.metric.direction ?? 'up',
    alpha: definition.alpha,
    arms,
    sampleRatioAlarm: of.health.sample_ratio.alarm,
    multipleExposureAlarm: of.health.multiple_exposure.alarm,
    runDays: runHours / 24,
    minimumRunDays: definition.minimum_hours / 24,
    unitsOfSmallestArm: Math.min(...definition.arms.map(({ key }) => primary?.comparer.units(key) ?? 0)),
    minimumUnitsPerArm: primary?.metric.minimum_sample ?? 0,
    lossLimit: definition.maximum_loss,
    isOver,
  });
  return {
    verdict: verdictOf(result),
    arm: result.arm,
    reasons: reasonsOf(result, arms),
    missing: result.missing,
    guardrails: result.arms.map(({ arm, harmed, unclear }) => ({ arm, harmed, unclear })),
    method: METHOD,
  };
}
