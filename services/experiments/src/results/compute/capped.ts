import type { ExperimentDefinition, MetricDefinition } from '@picly/experiments';
import { addSums, logBinAtRank, upperEdgeOfLogBin, type ArmSums } from '@picly/statistics';
import type { SumRow, ValueBinRow } from '../results.queries';

/** Whether a metric is capped at a percentile of its units. */
export const hasMovingCap = ({ cap_quantile: quantile }: MetricDefinition): boolean => quantile !== null;

/** The sums of units that all stand above the cap: each counts as the cap. What they did before is not capped. */
function cappedAt(cap: number, { n, preSum = 0, preSumSquares = 0 }: ArmSums): ArmSums {
  return { n, sum: n * cap, sumSquares: n * cap * cap, preSum, preSumSquares, postPreSum: cap * preSum };
}

/** The bin in which the percentile of all units together lies; null without units. */
function limitOf(bins: readonly ValueBinRow[], fraction: number): number | null {
  const units = bins.reduce((sum, { sums }) => sum + sums.n, 0);
  const counts = bins.map(({ bin, sums }) => ({ bin, count: sums.n }));
  return logBinAtRank(counts, Math.floor(fraction * (units - 1)));
}

/** Sums of one metric with every unit above the cap counted as the cap. */
export interface CappedSums {
  /** Null without units. */
  readonly cap: number | null;
  readonly rows: readonly SumRow[];
}

/**
 * The sums of a metric that is capped at a percentile of the units of all arms together (an arm must not choose its own): the cap is the
 * upper end of the bin that the percentile lies in, at most 2 % above it; given the cap, the sums are exact. Under equal arms the effect
 * does not depend on the cap, so that a cap which settles as units come takes nothing from the always-valid test.
 */
export function cappedSums({ key, cap_quantile: fraction }: MetricDefinition, bins: readonly ValueBinRow[]): CappedSums {
  const own = bins.filter(({ metric }) => metric === key);
  const limit = limitOf(own, fraction ?? 1);
  if (limit === null) return { cap: null, rows: [] };
  const cap = upperEdgeOfLogBin(limit);
  const rows = new Map<string, SumRow>();
  for (const { bin, phase, metric, arm, sums } of own) {
    const name = JSON.stringify([phase, arm]);
    const added = addSums(rows.get(name)?.sums ?? { n: 0, sum: 0 }, bin <= limit ? sums : cappedAt(cap, sums));
    rows.set(name, { phase, metric, arm, sums: added });
  }
  return { cap, rows: [...rows.values()] };
}

/** Sums of all metrics, those with a moving cap in place of what they would be without, and the caps by metric. */
export function withCaps(
  { metrics }: ExperimentDefinition,
  totals: readonly SumRow[],
  bins: readonly ValueBinRow[],
): { readonly totals: readonly SumRow[]; readonly caps: ReadonlyMap<string, number> } {
  const moving = metrics.filter(hasMovingCap);
  if (moving.length === 0) return { totals, caps: new Map() };
  const names = new Set(moving.map(({ key }) => key));
  const capped = moving.map((metric) => ({ key: metric.key, ...cappedSums(metric, bins) }));
  return {
    totals: [...totals.filter(({ metric }) => !names.has(metric)), ...capped.flatMap(({ rows }) => rows)],
    caps: new Map(capped.flatMap(({ key, cap }) => (cap === null ? [] : [[key, cap]]))),
  };
}
