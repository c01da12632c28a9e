import { timelineOf, type MetricDefinition, type Timeline } from '@picly/experiments';
import type { Sql } from '@picly/database';
import type { Comparison } from '@picly/statistics';
import { analyse, type Analysis } from './compute/analyse';
import { hasMovingCap, withCaps } from './compute/capped';
import type { Evidence } from './compute/evidence';
import { phaseView, type PhaseView } from './described';
import { segmentsOf, type DimensionResult } from './compute/segments';
import type { Compared } from './compute/metric-results';
import { seriesOf, type Changes, type SeriesPoint } from './compute/series';
import { UNITS } from './fold/contributions';
import { ResultsQueries, type SumRow, type VerdictRow } from './results.queries';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A run up to this long is told by the hour. */
const HOURLY_UP_TO_HOURS = 72;

export interface ExperimentResults extends Analysis {
  readonly key: string;
  readonly state: string;
  readonly revision: number;
  readonly mode: 'test' | 'bandit';
  readonly unit: 'user' | 'session';
  readonly hypothesis: string;
  /** The moment of the figures: everything that happened before it counts, nothing after. RFC 3339. */
  readonly figures_as_of: string;
  readonly first_exposure_at: string | null;
  readonly run_hours: number;
  readonly phases: readonly PhaseView[];
  readonly segments: readonly DimensionResult[];
  readonly segments_metric: string;
  /** Segments are kept by the day: their figures are of the days that are over. */
  readonly segments_as_of: string;
  readonly series: {
    readonly grain: 'hour' | 'day';
    readonly metric: string;
    readonly points: readonly SeriesPoint[];
    readonly method: string;
  };
  readonly decisions: readonly VerdictRow[];
}

/** Results of one experiment, from the sums that the fold keeps. */
export class Results {
  private readonly queries: ResultsQueries;

  constructor(
    sql: Sql,
    private readonly now: () => number = Date.now,
  ) {
    this.queries = new ResultsQueries(sql);
  }

  /**
   * As of now, or of a past moment (milliseconds since the epoch; whole hours before it count); segments and series of the metric
   * named, else of the primary one. Undefined when nothing was defined by then, or no such metric.
   */
  async of(experiment: string, { asOf, metric }: Asked = {}): Promise<ExperimentResults | 'unknown_metric' | undefined> {
    const moment = momentOf(asOf, this.now());
    const timeline = timelineOf(await this.queries.revisions(experiment, moment.at));
    if (!timeline) return undefined;
    const { metrics, primary_metric: primary } = timeline.definition;
    const shown = metrics.find(({ key }) => key === (metric ?? primary));
    return shown ? this.answer(timeline, shown, moment) : 'unknown_metric';
  }

  private async answer(timeline: Timeline, metric: MetricDefinition, moment: Moment): Promise<ExperimentResults> {
    const { experiment, definition } = timeline;
    const first = startOf(timeline, await this.queries.firstExposure(experiment));
    const runHours = runHoursOf(timeline, first, moment.at);
    const grain = runHours <= HOURLY_UP_TO_HOURS && !hasMovingCap(metric) ? 'hour' : 'day';
    const [sums, bins, valueBins, segments, changes, decisions] = await Promise.all([
      this.queries.totals(experiment, moment.until),
      definition.metrics.some(isQuantile) ? this.queries.bins(experiment, moment.until) : [],
      definition.metrics.some(hasMovingCap) ? this.queries.valueBins(experiment, { until: moment.daysUntil, days: false }) : [],
      this.queries.segments(experiment, metric.key, moment.daysUntil),
      this.changes(experiment, metric, { moment, grain }),
      this.queries.verdicts(experiment, new Date(moment.at)),
    ]);
    const { totals, caps } = withCaps(definition, sums, valueBins);
    const evidence = evidenceOf(timeline, { totals, bins, caps, runHours });
    const { analysis, compared } = analyse(evidence, segments);
    return {
      ...headOf(timeline),
      figures_as_of: moment.end.toISOString(),
      first_exposure_at: first?.toISOString() ?? null,
      run_hours: runHours,
      ...analysis,
      segments: segmentsOf(evidence, segments, { metric, byArm: wholeOf(compared, metric) }),
      segments_metric: metric.key,
      segments_as_of: moment.daysEnd.toISOString(),
      series: { grain, metric: metric.key, points: seriesOf(evidence, metric, changes, grain), method: SERIES_METHOD },
      decisions,
    };
  }

  /** What changed in one metric over time, of what it is kept in. */
  private async changes(
    experiment: string,
    metric: MetricDefinition,
    { moment, grain }: { readonly moment: Moment; readonly grain: 'hour' | 'day' },
  ): Promise<Changes> {
    const { until, daysUntil } = moment;
    if (hasMovingCap(metric)) {
      const valueBins = await this.queries.valueBins(experiment, { until: daysUntil, metric: metric.key, days: true });
      return { sums: [], bins: [], valueBins };
    }
    const [sums, bins] = await Promise.all([
      this.queries.series(experiment, metric.key, { until, grain }),
      isQuantile(metric) ? this.queries.binSeries(experiment, metric.key, { until, grain }) : [],
    ]);
    return { sums, bins, valueBins: [] };
  }
}

const isQuantile = ({ type }: MetricDefinition): boolean => type === 'quantile';

/** What the whole says about a metric, by arm. */
const wholeOf = (compared: readonly Compared[], { key }: MetricDefinition): ReadonlyMap<string, Comparison> =>
  compared.find(({ metric }) => metric.key === key)?.byArm ?? new Map<string, Comparison>();

/** Which figures are wanted. */
export interface Asked {
  readonly asOf?: number | undefined;
  /** Of the segments and the series. */
  readonly metric?: string | undefined;
}

/** What an answer is of: stretches that began by `until` count. */
interface Moment {
  readonly at: number;
  readonly until: Date;
  readonly daysUntil: Date;
  readonly end: Date;
  readonly daysEnd: Date;
}

/** Now takes in the hour under way; a past moment only hours and days that were over. */
function momentOf(asOf: number | undefined, now: number): Moment {
  if (asOf === undefined) return { at: now, until: new Date(now), daysUntil: new Date(now), end: new Date(now), daysEnd: new Date(now) };
  const [hour, day] = [Math.floor(asOf / HOUR_MS) * HOUR_MS, Math.floor(asOf / DAY_MS) * DAY_MS];
  return { at: asOf, until: new Date(hour - 1), daysUntil: new Date(day - 1), end: new Date(hour), daysEnd: new Date(day) };
}

const SERIES_METHOD = 'relative effect and asymptotic confidence sequence with the units known at the time';

/** Units are counted by the hour: in the hour in which the experiment was started, nobody came before that. */
function startOf({ startedAt }: Timeline, first: Date | undefined): Date | undefined {
  const isInThatHour = first !== undefined && startedAt > first.getTime() && startedAt < first.getTime() + HOUR_MS;
  return isInThatHour ? new Date(startedAt) : first;
}

function runHoursOf({ endedAt }: Timeline, first: Date | undefined, moment: number): number {
  return first === undefined ? 0 : Math.max(0, (Math.min(endedAt, moment) - first.getTime()) / HOUR_MS);
}

function evidenceOf(timeline: Timeline, of: Pick<Evidence, 'totals' | 'bins' | 'caps' | 'runHours'>): Evidence {
  const { definition, phases, endedAt } = timeline;
  const isEnded = endedAt !== Number.POSITIVE_INFINITY;
  const planned = definition.planned_sample;
  return { definition, phases, method: 'always_valid', ...of, isOver: isEnded || (planned !== null && unitsIn(of.totals) >= planned) };
}

const unitsIn = (rows: readonly SumRow[]): number =>
  rows.filter(({ metric }) => metric === UNITS).reduce((sum, { sums }) => sum + sums.n, 0);

function headOf(timeline: Timeline): Pick<ExperimentResults, 'key' | 'state' | 'revision' | 'mode' | 'unit' | 'hypothesis' | 'phases'> {
  const { experiment, state, revision, definition, phases } = timeline;
  return {
    key: experiment,
    state,
    revision,
    mode: definition.mode,
    unit: definition.unit,
    hypothesis: definition.hypothesis,
    phases: phases.map(phaseView),
  };
}
