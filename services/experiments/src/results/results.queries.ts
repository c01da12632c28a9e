import { revisionOf, type Revision, type RevisionRow } from '@picly/experiments';
import type { Sql } from '@picly/database';
import { BIN_SUMS } from '../../migrations/1796083200002-value-bins';
import type { ArmSums, LogBinCount } from '@picly/statistics';

/** Sums of one arm in one phase. */
export interface SumRow {
  readonly phase: number;
  readonly metric: string;
  readonly arm: string;
  readonly sums: ArmSums;
}

export interface SegmentRow extends SumRow {
  readonly dimension: string;
  readonly segment: string;
}

/** Sums up to the end of a stretch of time. */
export interface SeriesRow extends SumRow {
  readonly at: Date;
}

export interface BinRow extends LogBinCount {
  readonly metric: string;
  readonly arm: string;
}

/** Events that came in a stretch of time. */
export interface BinSeriesRow extends BinRow {
  readonly at: Date;
}

/** Sums of the units of an arm whose value is in a bin. */
export interface ValueBinRow extends SumRow {
  readonly bin: number;
  /** Beginning of the day in which they came to stand there. */
  readonly at: Date;
}

export interface VerdictRow {
  readonly verdict: string;
  readonly arm: string | null;
  readonly reasons: readonly string[];
  readonly revision: number;
  readonly figures_as_of: Date;
  readonly acted: boolean;
  readonly decided_at: Date;
}

/** `scale`: how many times the unit of the stored sum goes into its own, millionths or their squares. */
const SUMS: readonly { readonly column: string; readonly name: keyof ArmSums; readonly scale: '1e6' | '1e12' }[] = [
  { column: 'sum', name: 'sum', scale: '1e6' },
  { column: 'sum_squares', name: 'sumSquares', scale: '1e12' },
  { column: 'denominator_sum', name: 'denominatorSum', scale: '1e6' },
  { column: 'denominator_sum_squares', name: 'denominatorSumSquares', scale: '1e12' },
  { column: 'numerator_denominator_sum', name: 'numeratorDenominatorSum', scale: '1e12' },
  { column: 'pre_sum', name: 'preSum', scale: '1e6' },
  { column: 'pre_sum_squares', name: 'preSumSquares', scale: '1e12' },
  { column: 'post_pre_sum', name: 'postPreSum', scale: '1e12' },
  { column: 'pre_denominator_sum', name: 'preDenominatorSum', scale: '1e6' },
  { column: 'pre_denominator_sum_squares', name: 'preDenominatorSumSquares', scale: '1e12' },
  { column: 'pre_numerator_denominator_sum', name: 'preNumeratorDenominatorSum', scale: '1e12' },
  { column: 'post_numerator_pre_denominator_sum', name: 'postNumeratorPreDenominatorSum', scale: '1e12' },
  { column: 'post_denominator_pre_numerator_sum', name: 'postDenominatorPreNumeratorSum', scale: '1e12' },
  { column: 'post_denominator_pre_denominator_sum', name: 'postDenominatorPreDenominatorSum', scale: '1e12' },
];

const TOTALS = ['sum(n)::bigint as n', ...SUMS.map(({ column, scale }) => `(sum(${column}) / ${scale})::float8 as ${column}`)].join(', ');
const RUNNING = [
  '(sum(sum(n)) over w)::bigint as n',
  ...SUMS.map(({ column, scale }) => `(sum(sum(${column})) over w / ${scale})::float8 as ${column}`),
].join(', ');

const BIN_TOTALS = [
  'sum(n)::bigint as n',
  ...SUMS.filter(({ column }) => BIN_SUMS.some((name) => name === column)).map(
    ({ column, scale }) => `(sum(${column}) / ${scale})::float8 as ${column}`,
  ),
].join(', ');

type StoredSums = { readonly n: number } & Readonly<Record<string, number>>;

function sumsOf(row: StoredSums): ArmSums {
  return { n: row.n, ...Object.fromEntries(SUMS.map(({ column, name }) => [name, row[column] ?? 0])) } as ArmSums;
}

type Stored<Row extends SumRow> = Omit<Row, 'sums'> & StoredSums;

/** What results are read from: sums, never single events. Times are RFC 3339; a row counts from the beginning of its hour or day on. */
export class ResultsQueries {
  constructor(private readonly sql: Sql) {}

  /** Every revision up to a moment (milliseconds since the epoch), the first first. */
  async revisions(experiment: string, until: number): Promise<Revision[]> {
    const rows = await this.sql.query<RevisionRow>(
      `select experiment, revision, change, state, author, reason, arm, definition, changed_ms from picly.experiment_definitions
       where experiment = $1 and changed_ms <= $2 order by revision`,
      [experiment, until],
      'results revisions',
    );
    return rows.map(revisionOf);
  }

  /** Of the whole: all metrics, and the rows that count units and stray exposures. */
  async totals(experiment: string, until: Date): Promise<SumRow[]> {
    const rows = await this.sql.query<Stored<SumRow>>(
      `select phase, metric, arm, ${TOTALS} from picly.experiment_stats
       where experiment = $1 and dimension = '' and bucket <= $2 group by phase, metric, arm order by phase, metric, arm`,
      [experiment, until],
      'results totals',
    );
    return rows.map((row) => ({ phase: row.phase, metric: row.metric, arm: row.arm, sums: sumsOf(row) }));
  }

  /** Of the segments, by day: one metric, and the units. */
  async segments(experiment: string, metric: string, until: Date): Promise<SegmentRow[]> {
    const rows = await this.sql.query<Stored<SegmentRow>>(
      `select dimension, segment, phase, metric, arm, ${TOTALS} from picly.experiment_stats
       where experiment = $1 and dimension <> '' and metric in ($2, '') and bucket <= $3
       group by dimension, segment, phase, metric, arm order by dimension, segment, phase, metric, arm`,
      [experiment, metric, until],
      'results segments',
    );
    return rows.map(({ dimension, segment, ...row }) => ({
      dimension,
      segment,
      phase: row.phase,
      metric: row.metric,
      arm: row.arm,
      sums: sumsOf(row),
    }));
  }

  /** Of one metric, up to the end of every hour or day in which something changed. */
  async series(experiment: string, metric: string, of: { readonly until: Date; readonly grain: 'hour' | 'day' }): Promise<SeriesRow[]> {
    const rows = await this.sql.query<Stored<SeriesRow>>(
      `select date_trunc('${of.grain}', bucket, 'UTC') as at, phase, metric, arm, ${RUNNING} from picly.experiment_stats
       where experiment = $1 and dimension = '' and metric = $2 and bucket <= $3
       group by 1, phase, metric, arm window w as (partition by phase, metric, arm order by date_trunc('${of.grain}', bucket, 'UTC'))
       order by 1, phase, arm`,
      [experiment, metric, of.until],
      `results series ${of.grain}`,
    );
    return rows.map((row) => ({ at: row.at, phase: row.phase, metric: row.metric, arm: row.arm, sums: sumsOf(row) }));
  }

  /** Of quantile metrics. */
  bins(experiment: string, until: Date): Promise<BinRow[]> {
    return this.sql.query<BinRow>(
      `select metric, arm, bin, sum(n)::bigint as count from picly.experiment_bins where experiment = $1 and bucket <= $2
       group by metric, arm, bin order by metric, arm, bin`,
      [experiment, until],
      'results bins',
    );
  }

  /** Of one quantile metric, what came in every hour or day. */
  binSeries(experiment: string, metric: string, of: { readonly until: Date; readonly grain: 'hour' | 'day' }): Promise<BinSeriesRow[]> {
    return this.sql.query<BinSeriesRow>(
      `select date_trunc('${of.grain}', bucket, 'UTC') as at, metric, arm, bin, sum(n)::bigint as count from picly.experiment_bins
       where experiment = $1 and metric = $2 and bucket <= $3 group by 1, metric, arm, bin order by 1, arm, bin`,
      [experiment, metric, of.until],
      `results bin series ${of.grain}`,
    );
  }

  /** Of metrics that are capped at a percentile, what changed by day; with `days` false all days as one, at the last of them. */
  async valueBins(
    experiment: string,
    of: { readonly until: Date; readonly metric?: string; readonly days: boolean },
  ): Promise<ValueBinRow[]> {
    const day = of.days ? 'bucket' : 'max(bucket)';
    const rows = await this.sql.query<Stored<ValueBinRow>>(
      `select ${day} as at, phase, metric, arm, bin, ${BIN_TOTALS} from picly.experiment_value_bins
       where experiment = $1 and bucket <= $2 and ($3::text is null or metric = $3)
       group by ${of.days ? 'bucket, ' : ''}phase, metric, arm, bin order by 1, phase, metric, arm, bin`,
      [experiment, of.until, of.metric ?? null],
      `results value bins ${of.days ? 'by day' : 'in all'}`,
    );
    return rows.map(({ at, bin, ...row }) => ({ at, bin, phase: row.phase, metric: row.metric, arm: row.arm, sums: sumsOf(row) }));
  }

  /** When the first unit was counted. */
  async firstExposure(experiment: string): Promise<Date | undefined> {
    const [row] = await this.sql.query<{ first: Date | null }>(
      `select min(bucket) as first from picly.experiment_stats where experiment = $1 and dimension = '' and metric = ''`,
      [experiment],
      'results first exposure',
    );
    return row?.first ?? undefined;
  }

  /** What the rule said, the latest first. */
  verdicts(experiment: string, until: Date): Promise<VerdictRow[]> {
    return this.sql.query<VerdictRow>(
      `select verdict, arm, reasons, revision, figures_as_of, acted, decided_at from picly.experiment_verdicts
       where experiment = $1 and decided_at <= $2 order by decided_at desc, event_id desc limit 50`,
      [experiment, until],
      'results verdicts',
    );
  }
}
