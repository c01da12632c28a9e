import { noComparison, type GuardrailEvidence } from '@picly/statistics';
import type { Evidence } from './evidence';
import type { Compared } from './metric-results';

/**
 * Whether a guardrail is harmed is judged by the relative difference. Where the control gives none, because it is at zero or never
 * varies, the absolute one is asked: a change that brings the first failures must not pass for having nothing to be divided by.
 */
function evidenceOn(
  evidence: Evidence,
  { metric, comparer, byArm }: Compared,
  of: { readonly arm: string; readonly harm: number },
): GuardrailEvidence {
  const { method, definition } = evidence;
  const control = definition.arms[0]?.key ?? '';
  const common = { metric: metric.key, direction: metric.direction, toleratedHarm: of.harm };
  const relative = byArm.get(of.arm);
  if (!relative || Math.min(comparer.units(control), comparer.units(of.arm)) < metric.minimum_sample)
    return { ...common, comparison: noComparison('too_few_units', method) };
  if (relative.reason === null) return { ...common, comparison: relative };
  const absolute = comparer.compare(of.arm, { method, effect: 'absolute' });
  const comparison = absolute.reason === null ? absolute : comparer.compareConstants(of.arm, method);
  return { ...common, toleratedHarm: of.harm * Math.abs(comparer.level(control) ?? 0), comparison };
}

/** What is known of the guardrails of an experiment in one arm. */
export function guardrailsOf(evidence: Evidence, compared: readonly Compared[], arm: string): readonly GuardrailEvidence[] {
  return evidence.definition.guardrails.flatMap(({ metric, tolerated_harm: harm }) => {
    const found = compared.find((each) => each.metric.key === metric);
    return found ? [evidenceOn(evidence, found, { arm, harm })] : [];
  });
}
