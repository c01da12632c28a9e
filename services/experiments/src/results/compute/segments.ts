import type { MetricDefinition } from '@picly/experiments';
import { adjustP, checkSegments, noComparison, sampleRatio, type Comparison } from '@picly/statistics';
import { UNITS } from '../fold/contributions';
import type { SegmentRow } from '../results.queries';
import { hasMovingCap } from './capped';
import { MetricComparer } from './compare-metric';
import type { Evidence } from './evidence';
import { countsByArm, strataOf } from './strata';
import { effectView, type EffectView } from './views';

export interface SegmentResult {
  readonly segment: string;
  readonly arms: readonly { readonly arm: string; readonly n: number; readonly value: number | null }[];
  readonly comparisons: readonly ({ readonly arm: string; readonly p_adjusted: number } & EffectView)[];
  /** p of the split within the segment. */
  readonly sample_ratio_p: number;
}

export interface DimensionResult {
  readonly dimension: string;
  readonly segments: readonly SegmentResult[];
  /** The whole again, every segment compared within itself; empty for what has no sums. */
  readonly post_stratified: readonly ({ readonly arm: string } & EffectView)[];
  readonly warnings: readonly { readonly code: 'simpson' | 'contradiction' | 'many_looks'; readonly message: string }[];
}

interface Looked {
  readonly dimension: string;
  readonly segment: string;
  readonly rows: readonly SegmentRow[];
  readonly comparer: MetricComparer;
  readonly byArm: ReadonlyMap<string, Comparison>;
  readonly splitP: number;
}

/**
 * In a segment with fewer units than the metric's minimum an interval would promise what it cannot hold. Percentiles are known of the
 * whole alone.
 */
function compareIn(comparer: MetricComparer, control: string, arm: string): Comparison {
  const n = [comparer.units(control), comparer.units(arm)] as const;
  if (comparer.metric.type === 'quantile' || hasMovingCap(comparer.metric)) return { ...noComparison('not_by_segment'), n };
  if (Math.min(...n) < comparer.metric.minimum_sample) return { ...noComparison('too_few_units'), n };
  return comparer.compare(arm, { method: 'always_valid' });
}

/** What is looked at in every segment. */
export interface SegmentedMetric {
  readonly metric: MetricDefinition;
  /** Of the whole, by arm. */
  readonly byArm: ReadonlyMap<string, Comparison>;
}

function look(
  { evidence, metric }: { readonly evidence: Evidence; readonly metric: MetricDefinition },
  rows: readonly SegmentRow[],
  place: Pick<Looked, 'dimension' | 'segment'>,
): Looked {
  const { arms } = evidence.definition;
  const comparer = new MetricComparer({ ...evidence, totals: rows, bins: [] }, metric);
  const byArm = new Map(arms.slice(1).map(({ key }) => [key, compareIn(comparer, arms[0]?.key ?? '', key)]));
  const { p } = sampleRatio(countsByArm(arms, strataOf(rows, UNITS, evidence.phases)));
  return { ...place, rows, comparer, byArm, splitP: p };
}

function groupRows(rows: readonly SegmentRow[]): Map<string, Map<string, SegmentRow[]>> {
  const groups = new Map<string, Map<string, SegmentRow[]>>();
  for (const row of rows) {
    const dimension = groups.get(row.dimension) ?? new Map<string, SegmentRow[]>();
    groups.set(row.dimension, dimension);
    dimension.set(row.segment, [...(dimension.get(row.segment) ?? []), row]);
  }
  return groups;
}

interface Whole {
  readonly byArm: ReadonlyMap<string, Comparison>;
  readonly adjusted: ReadonlyMap<Comparison, number>;
  /** Comparisons that say anything, of all dimensions. */
  readonly lookedAt: number;
  readonly alpha: number;
}

type Warning = DimensionResult['warnings'][number];

function contradictions(segments: readonly Looked[], { byArm, adjusted, lookedAt, alpha }: Whole, arm: string): Warning[] {
  const whole = byArm.get(arm);
  if (!whole) return [];
  const compared = segments.flatMap(({ segment, byArm: own }) => {
    const comparison = own.get(arm);
    return comparison ? [{ segment, comparison }] : [];
  });
  const pAdjusted = compared.map(({ comparison }) => adjusted.get(comparison) ?? 1);
  const { reversed, contradicting } = checkSegments(whole, compared, { pAdjusted, alpha, lookedAt });
  const unevenly = 'the arms differ in who is in them. Believe the segments, and look at the split';
  const simpson: Warning = { code: 'simpson', message: `every segment says the opposite of the whole about ${arm}: ${unevenly}` };
  return [
    ...(reversed ? [simpson] : []),
    ...(reversed ? [] : contradicting).map((segment): Warning => ({
      code: 'contradiction',
      message: `${segment} says the opposite of the whole about ${arm}, after correction`,
    })),
  ];
}

function warningsOf(segments: readonly Looked[], whole: Whole): DimensionResult['warnings'] {
  const { adjusted, lookedAt, alpha } = whole;
  const own = segments.flatMap(({ byArm }) => [...byArm.values()]);
  const { manyLookedAt } = checkSegments(noComparison('too_few_units'), [], { pAdjusted: [], alpha, lookedAt });
  const byChance = own.filter((each) => each.p < alpha && (adjusted.get(each) ?? 1) >= alpha).length;
  const said = byChance === 0 ? '' : `, as ${byChance} here may have`;
  const message = `${lookedAt} comparisons were looked at: of so many some come out by chance${said}. Judge by p_adjusted`;
  return [
    ...[...whole.byArm.keys()].flatMap((arm) => contradictions(segments, whole, arm)),
    ...(manyLookedAt ? [{ code: 'many_looks' as const, message }] : []),
  ];
}

function segmentResult(evidence: Evidence, looked: Looked, adjusted: ReadonlyMap<Comparison, number>): SegmentResult {
  return {
    segment: looked.segment,
    arms: evidence.definition.arms.map(({ key }) => ({
      arm: key,
      n: looked.comparer.units(key),
      value: hasMovingCap(looked.comparer.metric) ? null : looked.comparer.level(key),
    })),
    comparisons: [...looked.byArm].map(([arm, comparison]) => ({
      arm,
      ...effectView(comparison),
      p_adjusted: adjusted.get(comparison) ?? 1,
    })),
    sample_ratio_p: looked.splitP,
  };
}

function postStratified(evidence: Evidence, metric: MetricDefinition, own: readonly Looked[]): DimensionResult['post_stratified'] {
  if (own.length < 2 || hasMovingCap(metric)) return [];
  const comparer = new MetricComparer(evidence, metric);
  const note = comparer.isStratified ? ', post-stratified by segment and by phases of different weights' : ', post-stratified by segment';
  return evidence.definition.arms.slice(1).flatMap(({ key: arm }) => {
    const comparison = comparer.comparePostStratified(
      arm,
      own.map(({ rows }) => rows),
    );
    return comparison ? [{ arm, ...effectView(comparison, note) }] : [];
  });
}

/** One metric by segment, corrected over all segments of all dimensions together (Holm). */
export function segmentsOf(
  evidence: Evidence,
  rows: readonly SegmentRow[],
  { metric, byArm }: SegmentedMetric,
): readonly DimensionResult[] {
  const looked = [...groupRows(rows)].flatMap(([dimension, segments]) =>
    [...segments].map(([segment, own]) => look({ evidence, metric }, own, { dimension, segment })),
  );
  const comparisons = looked.flatMap((each) => [...each.byArm.values()]);
  const corrected = adjustP(
    comparisons.map(({ p }) => p),
    'holm',
  );
  const adjusted = new Map(comparisons.map((comparison, index) => [comparison, corrected[index] ?? 1]));
  const lookedAt = comparisons.filter(({ reason }) => reason === null).length;
  return [...new Set(looked.map(({ dimension }) => dimension))].map((dimension) => {
    const own = looked.filter((each) => each.dimension === dimension);
    return {
      dimension,
      segments: own.map((each) => segmentResult(evidence, each, adjusted)),
      post_stratified: postStratified(evidence, metric, own),
      warnings: warningsOf(own, { byArm, adjusted, lookedAt, alpha: evidence.definition.alpha }),
    };
  });
}
