import type { Sql } from '@picly/database';
import { logHistogramQuantile, type LogBinCount } from '@picly/statistics';
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

/** Seconds; over all calls, failed ones too. */
interface Percentiles {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
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
    return groups.map((rows) => ({ ...modelSums(rows), ...(percentiles.get(nameOf(rows[0])) ?? NONE) }));
  }

  async daily(filter: DailyFilter): Promise<ModelDay[]> {
    const groups = await this.sums(filter, true);
    const calls = groups.flat().reduce((sum, row) => sum + row.calls, 0);
    const percentiles = await (calls <= this.exactUpTo ? this.exactDays(filter) : this.sketchedDays(filter));
    return groups.map((rows) => ({ day: rows[0].day ?? '', ...modelSums(rows), ...(percentiles.get(nameOf(rows[0])) ?? NONE) }));
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
    const rows = await this.sql.query<GroupKey & { readonly ms: (number | null)[] | null; readonly bins: [number, number][] | null }>(
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
    return new Map(
      rows.map((row) => [nameOf(row), row.ms ? exact(row.ms) : sketch((row.bins ?? []).map(([bin, count]) => ({ bin, count })))]),
    );
  }

  private async exactDays({ range, engine, grouping, timeZone }: DailyFilter): Promise<Map<string, Percentiles>> {
    const rows = await this.sql.query<GroupKey & { readonly ms: number[] }>(
      engineDayPercentilesSql(grouping, engine !== undefined),
      [iso(range.from), iso(range.to), engine ?? null, timeZone],
      `models daily percentiles ${grouping}${engine === undefined ? ' of all' : ''}`,
    );
    return new Map(rows.map((row) => [nameOf(row), exact(row.ms)]));
  }

  private async sketchedDays({ range, engine, grouping, timeZone }: DailyFilter): Promise<Map<string, Percentiles>> {
    const rows = await this.sql.query<GroupKey & LogBinCount>(
      sketchSql(grouping, engine !== undefined),
      [iso(range.from), iso(range.to), engine ?? null, timeZone],
      `models daily sketch ${grouping}${engine === undefined ? ' of all' : ''}`,
    );
    const bins = new Map<string, LogBinCount[]>();
    for (const row of rows) bins.set(nameOf(row), [...(bins.get(nameOf(row)) ?? []), row]);
    return new Map([...bins].map(([name, counts]) => [name, sketch(counts)]));
  }
}

const NONE: Percentiles = { p50: null, p95: null, p99: null, percentile_method: 'exact' };

function exact([p50, p95, p99]: readonly (number | null)[]): Percentiles {
  return { p50: seconds(p50), p95: seconds(p95), p99: seconds(p99), percentile_method: 'exact' };
}

function sketch(bins: readonly LogBinCount[]): Percentiles {
  const at = (fraction: number): number | null => seconds(logHistogramQuantile(bins, fraction));
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), percentile_method: 'sketch' };
}
