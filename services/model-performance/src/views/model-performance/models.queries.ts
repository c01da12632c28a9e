import type { Sql } from '@picly/database';
import { logHistogramQuantile, mergeLogBins, quantileBounds, type LogBinCount } from '@picly/statistics';
import { modelSums, type ModelSums, type StoredSums } from './model-sums';
import { engineDayPercentilesSql, percentilesSql, sketchSql, sumsSql, type Grouping } from './models-sql.queries';
import { coverOf, histogramCoverOf, type Range, type SignedRange } from './time-cover';

/** Up to so many calls percentiles are exact, beyond they come from the histogram (within 1 %). */
export const EXACT_UP_TO = 1_000_000;

export interface ModelsFilter {
  readonly range: Range;
  readonly engine?: string;
  readonly grouping: Grouping;
}

export interface DailyFilter extends ModelsFilter {
  readonly timeZone: string;
}

/** Seconds; over all calls, failed ones too. An upper bound is null where there are too few calls to name one. */
interface Percentiles {
  readonly p50: number | null;
  readonly p50_lower: number;
  readonly p50_upper: number | null;
  readonly p95: number | null;
  readonly p95_lower: number;
  readonly p95_upper: number | null;
  readonly p99: number | null;
  readonly p99_lower: number;
  readonly p99_upper: number | null;
  readonly percentile_method: 'exact' | 'sketch';
}

export type ModelRow = ModelSums & Percentiles;
export type ModelDay = { readonly day: string } & ModelRow;

interface GroupKey {
  readonly day?: string;
  readonly engine: string;
  readonly model_version: string;
}

const nameOf = (key: GroupKey): string => JSON.stringify([key.day ?? '', key.engine, key.model_version]);
const seconds = (ms: number | null | undefined): number | null => (ms === null || ms === undefined ? null : ms / 1000);
const iso = (at: number): string => new Date(at).toISOString();
const day = (at: number): string => iso(at).slice(0, 10);
const starts = (ranges: readonly Range[]): string[] => ranges.map(({ from }) => iso(from));
const ends = (ranges: readonly Range[]): string[] => ranges.map(({ to }) => iso(to));
const signs = (ranges: readonly SignedRange[]): number[] => ranges.map(({ sign }) => sign);

/** What engines deliver, cost and are worth to people, from the sums; every figure exact to the instant. */
export class ModelsQueries {
  constructor(
    private readonly sql: Sql,
    private readonly exactUpTo: number = EXACT_UP_TO,
  ) {}

  async models(filter: ModelsFilter): Promise<ModelRow[]> {
    const [groups, percentiles] = await Promise.all([this.sums(filter, false), this.percentiles(filter)]);
    return groups.map((rows) => ({ ...modelSums(rows), ...(percentiles.get(nameOf(rows[0])) ?? percentilesOf([])) }));
  }

  async daily(filter: DailyFilter): Promise<ModelDay[]> {
    const groups = await this.sums(filter, true);
    const calls = groups.flat().reduce((sum, row) => sum + row.calls, 0);
    const [bins, exact] = await Promise.all([this.dailyBins(filter), calls <= this.exactUpTo ? this.exactDays(filter) : NO_DAYS]);
    return groups.map((rows) => {
      const name = nameOf(rows[0]);
      return { day: rows[0].day ?? '', ...modelSums(rows), ...percentilesOf(bins.get(name) ?? [], exact.get(name)) };
    });
  }

  /** The rows of each group, one per currency. */
  private async sums(filter: ModelsFilter & { readonly timeZone?: string }, byDay: boolean): Promise<[StoredSums, ...StoredSums[]][]> {
    const zone = filter.timeZone ?? 'UTC';
    const cover = coverOf(filter.range, zone === 'UTC');
    const rows = await this.sql.query<StoredSums>(
      sumsSql(filter.grouping, byDay),
      [
        day(cover.days.from),
        day(cover.days.to),
        starts(cover.slots),
        ends(cover.slots),
        starts(cover.calls),
        ends(cover.calls),
        filter.engine ?? null,
        ...(byDay ? [zone] : []),
      ],
      `models sums ${filter.grouping}${byDay ? ' by day' : ''}`,
    );
    const groups = new Map<string, [StoredSums, ...StoredSums[]]>();
    for (const row of rows) {
      const group = groups.get(nameOf(row));
      if (group) group.push(row);
      else groups.set(nameOf(row), [row]);
    }
    return [...groups.values()];
  }

  private async percentiles({ range, engine, grouping }: ModelsFilter): Promise<Map<string, Percentiles>> {
    const { months, days, calls } = histogramCoverOf(range);
    const rows = await this.sql.query<GroupKey & { readonly ms: number[] | null; readonly bins: [number, number][] }>(
      percentilesSql(grouping),
      [
        day(months.from),
        day(months.to),
        starts(days),
        ends(days),
        signs(days),
        starts(calls),
        ends(calls),
        signs(calls),
        engine ?? null,
        iso(range.from),
        iso(range.to),
        this.exactUpTo,
      ],
      `models percentiles ${grouping}`,
    );
    const counts = (bins: readonly [number, number][]): LogBinCount[] => bins.map(([bin, count]) => ({ bin, count }));
    return new Map(rows.map((row) => [nameOf(row), percentilesOf(counts(row.bins), row.ms ?? undefined)]));
  }

  /** Milliseconds. */
  private async exactDays({ range, engine, grouping, timeZone }: DailyFilter): Promise<Map<string, readonly number[]>> {
    const rows = await this.sql.query<GroupKey & { readonly ms: number[] }>(
      engineDayPercentilesSql(grouping, engine !== undefined),
      [iso(range.from), iso(range.to), engine ?? null, timeZone],
      `models daily percentiles ${grouping}${engine === undefined ? ' of all' : ''}`,
    );
    return new Map(rows.map((row) => [nameOf(row), row.ms]));
  }

  private async dailyBins({ range, engine, grouping, timeZone }: DailyFilter): Promise<Map<string, readonly LogBinCount[]>> {
    const rows = await this.sql.query<GroupKey & LogBinCount>(
      sketchSql(grouping, engine !== undefined),
      [iso(range.from), iso(range.to), engine ?? null, timeZone],
      `models daily sketch ${grouping}${engine === undefined ? ' of all' : ''}`,
    );
    const bins = new Map<string, LogBinCount[]>();
    for (const row of rows) {
      const own = bins.get(nameOf(row));
      if (own) own.push(row);
      else bins.set(nameOf(row), [row]);
    }
    return bins;
  }
}

const NO_DAYS: ReadonlyMap<string, readonly number[]> = new Map();

/** From the histogram, and where they were found from the values themselves, in milliseconds: p50, p95, p99. */
function percentilesOf(counted: readonly LogBinCount[], exact?: readonly number[]): Percentiles {
  const bins = mergeLogBins(counted);
  const at = (index: number, fraction: number): number | null => seconds(exact ? exact[index] : logHistogramQuantile(bins, fraction));
  const within = (fraction: number): [number, number | null] => {
    const { lower, upper } = quantileBounds(bins, fraction);
    return [lower / 1000, seconds(upper)];
  };
  const [p50, p95, p99] = [within(0.5), within(0.95), within(0.99)];
  return {
    p50: at(0, 0.5),
    p50_lower: p50[0],
    p50_upper: p50[1],
    p95: at(1, 0.95),
    p95_lower: p95[0],
    p95_upper: p95[1],
    p99: at(2, 0.99),
    p99_lower: p99[0],
    p99_upper: p99[1],
    percentile_method: exact || bins.length === 0 ? 'exact' : 'sketch',
  };
}
