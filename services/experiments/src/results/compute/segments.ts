import { adjustP, sampleRatio, type Comparison } from '@picly/statistics';
import { UNITS } from '../fold/contributions';
import type { SegmentRow } from '../results.queries';
import { MetricComparer } from './compare-metric';
import type { Evidence } from './evidence';
import { pooled, strataOf } from './strata';
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
  readonly warnings: readonly { readonly code: 'simpson' | 'many_looks'; readonly message: string }[];
}

interface Looked {
  readonly dimension: string;
  readonly segment: string;
  readonly comparer: MetricComparer;
  readonly byArm: ReadonlyMap<string, Comparison>;
  readonly splitP: number;
}

function look(evidence: Evidence, rows: readonly SegmentRow[], place: Pick<Looked, 'dimension' | 'segment'>): Looked | undefined {
  const { definition } = evidence;
  const metric = definition.metrics.find(({ key }) => key === definition.primary_metric);
  if (!metric) return undefined;
  const comparer = new MetricComparer({ ...evidence, totals: rows }, metric);
  const byArm = new Map(definition.arms.slice(1).map(({ key }) => [key, comparer.compare(key, { method: 'always_valid' })]));
  const strata = strataOf(rows, UNITS, evidence.phases);
  const { p } = sampleRatio(definition.arms.map(({ key, weight }) => ({ n: pooled(strata, key).n, weight })));
  return { ...place, comparer, byArm, splitP: p };
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

/** Segments large enough to say something all point away from the whole. */
function isSimpson(arm: string, segments: readonly Looked[], whole: Comparison | undefined): boolean {
  const effects = segments.flatMap(({ byArm }) => {
    const comparison = byArm.get(arm);
    return comparison && comparison.reason === null ? [comparison.effect] : [];
  });
  if (effects.length < 2 || !whole || whole.reason !== null || whole.effect === 0) return false;
  return effects.every((effect) => effect !== 0 && Math.sign(effect) !== Math.sign(whole.effect));
}

function warningsOf(
  segments: readonly Looked[],
  of: { readonly whole: ReadonlyMap<string, Comparison>; readonly adjusted: ReadonlyMap<Comparison, number>; readonly alpha: number },
): DimensionResult['warnings'] {
  const simpson = [...of.whole.keys()]
    .filter((arm) => isSimpson(arm, segments, of.whole.get(arm)))
    .map((arm) => ({
      code: 'simpson' as const,
      message: `every segment says the opposite of the whole about ${arm}: the arms differ in who is in them. Believe the segments, and look at the split`,
    }));
  const chance = segments
    .flatMap(({ byArm }) => [...byArm.values()])
    .filter((each) => each.p < of.alpha && (of.adjusted.get(each) ?? 1) >= of.alpha);
  const message = `${of.adjusted.size} comparisons were looked at: of that many some come out by chance. Judge by p_adjusted`;
  return chance.length > 0 ? [...simpson, { code: 'many_looks', message }] : simpson;
}

function segmentResult(evidence: Evidence, looked: Looked, adjusted: ReadonlyMap<Comparison, number>): SegmentResult {
  return {
    segment: looked.segment,
    arms: evidence.definition.arms.map(({ key }) => ({ arm: key, n: looked.comparer.units(key), value: looked.comparer.level(key) })),
    comparisons: [...looked.byArm].map(([arm, comparison]) => ({
      arm,
      ...effectView(comparison),
      p_adjusted: adjusted.get(comparison) ?? 1,
    })),
    sample_ratio_p: looked.splitP,
  };
}

/** The primary metric by segment, corrected over all segments of all dimensions together (Holm). */
export function segmentsOf(
  evidence: Evidence,
  rows: readonly SegmentRow[],
  whole: ReadonlyMap<string, Comparison>,
): readonly DimensionResult[] {
  const looked = [...groupRows(rows)].flatMap(([dimension, segments]) =>
    [...segments].flatMap(([segment, own]) => look(evidence, own, { dimension, segment }) ?? []),
  );
  const comparisons = looked.flatMap(({ byArm }) => [...byArm.values()]);
  const corrected = adjustP(
    comparisons.map(({ p }) => p),
    'holm',
  );
  const adjusted = new Map(comparisons.map((comparison, index) => [comparison, corrected[index] ?? 1]));
  return [...new Set(looked.map(({ dimension }) => dimension))].map((dimension) => {
    const own = looked.filter((each) => each.dimension === dimension);
    return {
      dimension,
      segments: own.map((each) => segmentResult(evidence, each, adjusted)),
      warnings: warningsOf(own, { whole, adjusted, alpha: evidence.definition.alpha }),
    };
  });
}
