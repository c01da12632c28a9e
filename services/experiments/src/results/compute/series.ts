import type { MetricDefinition } from '@picly/experiments';
import { addSums } from '@picly/statistics';
import type { BinRow, BinSeriesRow, SeriesRow, SumRow, ValueBinRow } from '../results.queries';
import { cappedSums, hasMovingCap } from './capped';
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
    readonly reason: string | null;
  }[];
}

/** What changed in a metric, by the beginning of the stretch it changed in. */
export interface Changes {
  /** Running sums. */
  readonly sums: readonly SeriesRow[];
  /** Of a percentile: events that came in each stretch. */
  readonly bins: readonly BinSeriesRow[];
  /** Of a metric that is capped at a percentile, instead of the sums: what changed in each day. */
  readonly valueBins: readonly ValueBinRow[];
}

const GRAIN_MS = { hour: 3_600_000, day: 86_400_000 } as const;

function byTime<Row extends { readonly at: Date }>(rows: readonly Row[]): ReadonlyMap<number, readonly Row[]> {
  const groups = new Map<number, Row[]>();
  for (const row of rows) {
    const own = groups.get(row.at.getTime());
    if (own) own.push(row);
    else groups.set(row.at.getTime(), [row]);
  }
  return groups;
}

/** The counts of bins, growing. */
class StandingBins {
  private readonly rows = new Map<string, BinRow>();

  add(more: readonly BinSeriesRow[]): void {
    for (const { metric, arm, bin, count } of more) {
      const name = `${bin} ${arm}`;
      this.rows.set(name, { metric, arm, bin, count: (this.rows.get(name)?.count ?? 0) + count });
    }
  }

  get all(): readonly BinRow[] {
    return [...this.rows.values()];
  }
}

/** Units by the size of their value, growing. */
class StandingValues {
  private readonly rows = new Map<string, ValueBinRow>();

  add(more: readonly ValueBinRow[]): void {
    for (const row of more) {
      const name = `${row.phase} ${row.bin} ${row.arm}`;
      const known = this.rows.get(name);
      this.rows.set(name, known ? { ...row, sums: addSums(known.sums, row.sums) } : row);
    }
  }

  get all(): readonly ValueBinRow[] {
    return [...this.rows.values()];
  }
}

function estimatesOf({ definition }: Evidence, comparer: MetricComparer): SeriesPoint['arms'] {
  return definition.arms.slice(1).map(({ key }) => {
    const { effect, interval, p, reason } = comparer.compare(key, { method: 'always_valid' });
    return { arm: key, n: comparer.units(key), effect, interval, p, reason };
  });
}

/** The estimate as it stood at the end of every stretch in which something changed, with the interval that could be read then. */
export function seriesOf(evidence: Evidence, metric: MetricDefinition, changes: Changes, grain: 'hour' | 'day'): readonly SeriesPoint[] {
  const [standing, bins, values] = [new Map<string, SumRow>(), new StandingBins(), new StandingValues()];
  const [sums, events, sizes] = [byTime(changes.sums), byTime(changes.bins), byTime(changes.valueBins)];
  const isCapped = hasMovingCap(metric);
  const times = isCapped ? [...sizes.keys()] : [...sums.keys(), ...events.keys()];
  return [...new Set(times)]
    .sort((a, b) => a - b)
    .map((time) => {
      for (const row of sums.get(time) ?? []) standing.set(`${row.phase} ${row.arm}`, row);
      bins.add(events.get(time) ?? []);
      values.add(sizes.get(time) ?? []);
      const totals = isCapped ? cappedSums(metric, values.all).rows : [...standing.values()];
      const comparer = new MetricComparer({ ...evidence, totals, bins: bins.all }, metric);
      return { at: new Date(time + GRAIN_MS[grain]).toISOString(), arms: estimatesOf(evidence, comparer) };
    });
}
