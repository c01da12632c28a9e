import { byDay, changeIn, changeOf, numberIn, type Row } from './figures';
import { moversOf } from './movers';
import type { Part, PartName, Parts } from './parts';
import type { Period } from './period';

/** What the product aims for; the overview says how far it is from it. */
const TARGETS = { avg_rating: 4, success_rate: 0.7 } as const;

const TREND = [
  {
    part: 'ratings_by_day',
    counts: { ratings: 'count', feedback: 'feedback_count', quality_scores: 'quality_count' },
    rates: {
      avg_rating: 'avg',
      avg_rating_lower: 'avg_lower',
      avg_rating_upper: 'avg_upper',
      success_rate: 'success_rate',
      success_lower: 'success_lower',
      success_upper: 'success_upper',
      quality_avg: 'quality_avg',
      quality_lower: 'quality_lower',
      quality_upper: 'quality_upper',
      median_time_to_rate: 'median_time_to_rate',
      median_time_to_rate_lower: 'median_time_to_rate_lower',
      median_time_to_rate_upper: 'median_time_to_rate_upper',
    },
  },
  {
    part: 'actions_by_day',
    counts: { generations: 'generations', downloads: 'downloads', shares: 'shares' },
    rates: { download_rate: 'download_rate', download_rate_lower: 'download_rate_lower', download_rate_upper: 'download_rate_upper' },
  },
  {
    part: 'models_by_day',
    counts: { calls: 'calls', pictures: 'successes' },
    rates: { cost: 'cost', revenue: 'revenue', margin: 'margin', margin_per_picture: 'margin_per_success', p50: 'p50', p95: 'p95' },
  },
  { part: 'engagement', counts: { active_users: 'active_users', sessions: 'sessions', new_users: 'new_users' }, rates: {} },
] as const;

const TOTALS = {
  generations: 'actions',
  ratings: 'ratings',
  downloads: 'actions',
  shares: 'actions',
  edits: 'actions',
  regenerations: 'actions',
  uses: 'actions',
  calls: 'models',
  cost: 'models',
  revenue: 'models',
  margin: 'models',
} as const;

function totals(found: Parts['found']): Row {
  // A stretch in which nothing happened has no row; that is a zero, unlike a figure that could not be had.
  const figureOf = (part: PartName, name: string): number | null => {
    const rows = found.get(part)?.rows;
    return rows?.length === 0 ? 0 : numberIn(rows?.[0], name);
  };
  const changes = Object.entries(TOTALS).map(([name, part]) => {
    const source = name === 'ratings' ? 'count' : name;
    return [name, changeOf(figureOf(part, source), figureOf(`${part}_before`, source))] as const;
  });
  const pictures = changeOf(figureOf('models', 'successes'), figureOf('models_before', 'successes'));
  const marginPerPicture = {
    ...changeIn(found.get('models')?.rows[0], found.get('models_before')?.rows[0], 'margin_per_success'),
    n: pictures.value,
  };
  return {
    ...Object.fromEntries(changes),
    pictures,
    margin_per_picture: marginPerPicture,
    currency: found.get('models')?.rows[0]?.['currency'] ?? null,
    amounts: found.get('models')?.rows[0]?.['amounts'] ?? [],
  };
}

function successMetrics(first: (name: PartName) => Row | undefined): Row {
  const [ratings, ratingsBefore] = [first('ratings'), first('ratings_before')];
  const [actions, actionsBefore] = [first('actions'), first('actions_before')];
  const [rated, made] = [{ n: numberIn(ratings, 'count') }, { n: numberIn(actions, 'generations') }];
  return {
    rating_distribution: {
      distribution: ratings?.['distribution'] ?? null,
      previous_distribution: ratingsBefore?.['distribution'] ?? null,
      ...changeIn(ratings, ratingsBefore, 'avg'),
      ...rated,
      lower: numberIn(ratings, 'avg_lower'),
      upper: numberIn(ratings, 'avg_upper'),
      target: TARGETS.avg_rating,
    },
    success_rate: {
      ...changeIn(ratings, ratingsBefore, 'success_rate'),
      ...rated,
      lower: numberIn(ratings, 'success_lower'),
      upper: numberIn(ratings, 'success_upper'),
      target: TARGETS.success_rate,
    },
    download_rate: {
      ...changeIn(actions, actionsBefore, 'download_rate'),
      ...made,
      lower: numberIn(actions, 'download_rate_lower'),
      upper: numberIn(actions, 'download_rate_upper'),
    },
    time_to_rate: {
      ...changeIn(ratings, ratingsBefore, 'median_time_to_rate'),
      n: numberIn(ratings, 'timed_count'),
      lower: numberIn(ratings, 'median_time_to_rate_lower'),
      upper: numberIn(ratings, 'median_time_to_rate_upper'),
      unit: 'seconds',
    },
    feedback_volume: { ...changeIn(ratings, ratingsBefore, 'feedback_count'), ...rated },
    quality: {
      ...changeIn(ratings, ratingsBefore, 'quality_avg'),
      n: numberIn(ratings, 'quality_count'),
      lower: numberIn(ratings, 'quality_lower'),
      upper: numberIn(ratings, 'quality_upper'),
    },
  };
}

/** As fresh as the least fresh of its parts. */
function oldest(parts: Iterable<Part>): Row {
  const all = [...parts].map((part) => part.asOf);
  const texts = (name: string): string[] =>
    all
      .map((each) => each[name])
      .filter((value) => typeof value === 'string')
      .sort();
  const largest = (name: string): number => Math.max(0, ...all.map((each) => numberIn(each, name) ?? 0));
  return {
    event_time: texts('event_time').at(-1) ?? null,
    lag_events: largest('lag_events'),
    lag_ms: largest('lag_ms'),
    at: texts('at')[0] ?? null,
  };
}

/** The dashboard of its parts; a section whose part could not be had is null and named under `unavailable`. */
export function composeDashboard({ found, missing }: Parts, period: Period, zone: string): Row {
  const rows = (name: PartName): readonly Row[] => found.get(name)?.rows ?? [];
  const first = (name: PartName): Row | undefined => rows(name)[0];
  const section = (name: PartName): readonly Row[] | null => (found.has(name) ? rows(name) : null);
  const instant = (ms: number): string => new Date(ms).toISOString();
  return {
    period: { days: period.days.length, from: instant(period.current.fromMs), to: instant(period.current.toMs), tz: zone },
    previous_period: period.previous ? { from: instant(period.previous.fromMs), to: instant(period.previous.toMs) } : null,
    totals: totals(found),
    success_metrics: successMetrics(first),
    engines: section('engines'),
    movers: found.has('engines_before') && found.has('engines') ? moversOf(rows('engines'), rows('engines_before')) : null,
    top_prompts: section('top_prompts'),
    daily_trend: byDay(
      period.days,
      TREND.map(({ part, counts, rates }) => ({ rows: found.get(part)?.rows, counts, rates })),
    ),
    engagement: section('engagement') && { today: rows('engagement').at(-1) ?? null, daily: rows('engagement') },
    unavailable: [...missing].map(([part, code]) => ({ part, code })),
    as_of: oldest(found.values()),
  };
}
