import type { SeriesRow, SumRow } from '../results.queries';
import { MetricComparer } from './compare-metric';
import type { Evidence } from './evidence';

export interface SeriesPoint {
  /** End of the hour or day, RFC 3339. */
  readonly at: string;
  readonly arms: readonly {
    readonly arm: string;
    readonly n: number;
    readonly effect: number;
    readonly interval: readonly [number | null, number | null];
    readonly p: number;
  }[];
}

const GRAIN_MS = { hour: 3_600_000, day: 86_400_000 } as const;

/** The estimate as it stood at the end of every stretch in which something changed, with the interval that could be read then. */
export function seriesOf(evidence: Evidence, rows: readonly SeriesRow[], grain: 'hour' | 'day'): readonly SeriesPoint[] {
  const { definition } = evidence;
  const metric = definition.metrics.find(({ key }) => key === definition.primary_metric);
  if (!metric || metric.type === 'quantile') return [];
  const standing = new Map<string, SumRow>();
  const times = [...new Set(rows.map(({ at }) => at.getTime()))];
  return times.map((time) => {
    for (const row of rows) if (row.at.getTime() === time) standing.set(`${row.phase} ${row.arm}`, row);
    const comparer = new MetricComparer({ ...evidence, totals: [...standing.values()] }, metric);
    return {
      at: new Date(time + GRAIN_MS[grain]).toISOString(),
      arms: definition.arms.slice(1).map(({ key }) => {
        const { effect, interval, p } = comparer.compare(key, { method: 'always_valid' });
        return { arm: key, n: comparer.units(key), effect, interval, p };
      }),
    };
  });
}
