import { byDay, changeIn, numberIn, type Row } from './figures';
import type { Part, PartName, Parts } from './parts';
import type { Period } from './period';

/** What the brief aims for. */
const TARGETS = { avg_rating: 4, success_rate: 0.7 } as const;

const TREND = {
  ratings_by_day: { ratings: 'count', avg_rating: 'avg', success_rate: 'success_rate', quality_avg: 'quality_avg', feedback: 'feedback_count' },
  actions_by_day: { generations: 'generations', downloads: 'downloads', shares: 'shares', download_rate: 'download_rate' },
  engagement: { active_users: 'active_users', sessions: 'sessions', new_users: 'new_users' },
} as const;

type Rows = (name: PartName) => readonly Row[];

function totals(first: (name: PartName) => Row | undefined): Row {
  const of = (part: 'ratings' | 'actions' | 'models', figure: string) => changeIn(first(part), first(`${part}_before`), figure);
  return {
    generations: of('actions', 'generations'),
    ratings: of('ratings', 'count'),
    downloads: of('actions', 'downloads'),
    shares: of('actions', 'shares'),
    edits: of('actions', 'edits'),
    regenerations: of('actions', 'regenerations'),
    uses: of('actions', 'uses'),
    calls: of('models', 'calls'),
    cost: of('models', 'cost'),
    revenue: of('models', 'revenue'),
    margin: of('models', 'margin'),
    currency: first('models')?.['currency'] ?? null,
  };
}

function successMetrics(first: (name: PartName) => Row | undefined): Row {
  const [ratings, ratingsBefore] = [first('ratings'), first('ratings_before')];
  const [actions, actionsBefore] = [first('actions'), first('actions_before')];
  return {
    rating_distribution: {
      distribution: ratings?.['distribution'] ?? null,
      previous_distribution: ratingsBefore?.['distribution'] ?? null,
      ...changeIn(ratings, ratingsBefore, 'avg'),
      target: TARGETS.avg_rating,
    },
    success_rate: {
      ...changeIn(ratings, ratingsBefore, 'success_rate'),
      lower: numberIn(ratings, 'success_lower'),
      upper: numberIn(ratings, 'success_upper'),
      target: TARGETS.success_rate,
    },
    download_rate: {
      ...changeIn(actions, actionsBefore, 'download_rate'),
      lower: numberIn(actions, 'download_rate_lower'),
      upper: numberIn(actions, 'download_rate_upper'),
    },
    time_to_rate: { ...changeIn(ratings, ratingsBefore, 'median_time_to_rate'), unit: 'seconds' },
    feedback_volume: changeIn(ratings, ratingsBefore, 'feedback_count'),
  };
}

/** As fresh as the least fresh of its parts. */
function oldest(parts: Iterable<Part>): Row {
  const all = [...parts].map((part) => part.asOf);
  const texts = (name: string): string[] => all.map((each) => each[name]).filter((value) => typeof value === 'string').sort();
  const largest = (name: string): number => Math.max(0, ...all.map((each) => numberIn(each, name) ?? 0));
  return { event_time: texts('event_time').at(-1) ?? null, lag_events: largest('lag_events'), lag_ms: largest('lag_ms'), at: texts('at')[0] ?? null };
}

/** The dashboard of its parts; a section whose part could not be had is null and named under `unavailable`. */
export function composeDashboard({ found, missing }: Parts, period: Period, zone: string): Row {
  const rows: Rows = (name) => found.get(name)?.rows ?? [];
  const first = (name: PartName): Row | undefined => rows(name)[0];
  const section = (name: PartName): readonly Row[] | null => (found.has(name) ? rows(name) : null);
  const instant = (ms: number): string => new Date(ms).toISOString();
  return {
    period: { days: period.days.length, from: instant(period.current.fromMs), to: instant(period.current.toMs), tz: zone },
    previous_period: { from: instant(period.previous.fromMs), to: instant(period.previous.toMs) },
    totals: totals(first),
    success_metrics: successMetrics(first),
    engines: section('engines'),
    top_prompts: section('top_prompts'),
    daily_trend: byDay(
      period.days,
      (['ratings_by_day', 'actions_by_day', 'engagement'] as const).map((name) => ({ rows: rows(name), figures: TREND[name] })),
    ),
    engagement: section('engagement') && { today: rows('engagement').at(-1) ?? null, daily: rows('engagement') },
    unavailable: [...missing].map(([part, code]) => ({ part, code })),
    as_of: oldest(found.values()),
  };
}
