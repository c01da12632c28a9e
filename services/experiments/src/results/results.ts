import { timelineOf, type Timeline } from '@picly/experiments';
import type { Sql } from '@picly/database';
import type { Comparison } from '@picly/statistics';
import { analyse, type Analysis } from './compute/analyse';
import type { Evidence } from './compute/evidence';
import { phaseView, type PhaseView } from './described';
import { segmentsOf, type DimensionResult } from './compute/segments';
import { seriesOf, type SeriesPoint } from './compute/series';
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

  /** As of now, or of a past moment (milliseconds since the epoch; whole hours before it count). Undefined when nothing was defined by then. */
  async of(experiment: string, asOf: number | undefined): Promise<ExperimentResults | undefined> {
    const moment = momentOf(asOf, this.now());
    const timeline = timelineOf(await this.queries.revisions(experiment, moment.at));
    return timeline ? this.answer(timeline, moment) : undefined;
  }

  private async answer(timeline: Timeline, { at, until, daysUntil, end, daysEnd }: Moment): Promise<ExperimentResults> {
    const { experiment, definition } = timeline;
    const first = await this.queries.firstExposure(experiment);
    const runHours = runHoursOf(timeline, first, at);
    const grain = runHours <= HOURLY_UP_TO_HOURS ? 'hour' : 'day';
    const metric = definition.primary_metric;
    const needsBins = definition.metrics.some(({ type }) => type === 'quantile');
    const [totals, segments, series, bins, decisions] = await Promise.all([
      this.queries.totals(experiment, until),
      this.queries.segments(experiment, metric, daysUntil),
      this.queries.series(experiment, metric, { until, grain }),
      needsBins ? this.queries.bins(experiment, until) : [],
      this.queries.verdicts(experiment, new Date(at)),
    ]);
    const evidence = evidenceOf(timeline, { totals, bins, runHours });
    const { analysis, primary } = analyse(evidence, segments);
    return {
      ...headOf(timeline),
      figures_as_of: end.toISOString(),
      first_exposure_at: first?.toISOString() ?? null,
      run_hours: runHours,
      ...analysis,
      segments: segmentsOf(evidence, segments, primary?.byArm ?? new Map<string, Comparison>()),
      segments_as_of: daysEnd.toISOString(),
      series: { grain, metric, points: seriesOf(evidence, series, grain), method: SERIES_METHOD },
      decisions,
    };
  }
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

function runHoursOf({ endedAt }: Timeline, first: Date | undefined, moment: number): number {
  return first === undefined ? 0 : Math.max(0, (Math.min(endedAt, moment) - first.getTime()) / HOUR_MS);
}

function evidenceOf(timeline: Timeline, of: Pick<Evidence, 'totals' | 'bins' | 'runHours'>): Evidence {
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
