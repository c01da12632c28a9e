import type { AsOf } from '../../api/client';
import type { Change } from '../../api/rows';
import type { Query } from '../../app/filters';
import { filterQuery, type Filters } from '../../app/filters';
import { addDays, dateIn } from '../../format/time';

type Maybe = number | null;

export interface Bounded extends Change {
  readonly lower: Maybe;
  readonly upper: Maybe;
}

/** A day of the trend. */
export interface TrendDay {
  readonly day: string;
  readonly ratings: Maybe;
  readonly generations: Maybe;
  readonly active_users: Maybe;
  readonly avg_rating: Maybe;
  readonly avg_rating_lower: Maybe;
  readonly avg_rating_upper: Maybe;
  readonly success_rate: Maybe;
  readonly success_lower: Maybe;
  readonly success_upper: Maybe;
  readonly quality_avg: Maybe;
  readonly quality_lower: Maybe;
  readonly quality_upper: Maybe;
  readonly quality_scores: Maybe;
  readonly download_rate: Maybe;
  readonly download_rate_lower: Maybe;
  readonly download_rate_upper: Maybe;
  readonly margin: Maybe;
  readonly margin_per_picture: Maybe;
}

export interface Mover extends Bounded {
  readonly engine: string;
}

/** The answer of GET /api/analytics/dashboard, as far as the page shows it. */
export interface Dashboard {
  readonly period: { readonly days: number; readonly from: string; readonly to: string; readonly tz: string };
  /** What the changes are against; null = nothing. */
  readonly previous_period: { readonly from: string; readonly to: string } | null;
  readonly totals: {
    readonly generations: Change;
    readonly ratings: Change;
    readonly calls: Change;
    readonly cost: Change;
    readonly revenue: Change;
    readonly margin: Change;
    readonly margin_per_picture: Change;
    readonly currency: string | null;
  };
  readonly success_metrics: {
    readonly rating_distribution: Bounded & { readonly distribution: readonly number[] | null; readonly target: number };
    readonly success_rate: Bounded & { readonly target: number };
    readonly download_rate: Bounded;
    readonly time_to_rate: Bounded;
    readonly feedback_volume: Change;
    readonly quality: Bounded;
  };
  readonly movers: readonly Mover[] | null;
  readonly daily_trend: readonly TrendDay[];
  readonly unavailable: readonly { readonly part: string; readonly code: string }[];
  readonly as_of: AsOf;
}

export function dashboardQuery(filters: Filters, nowMs: number): Query {
  return { ...filterQuery(filters, nowMs), compare: filters.compare };
}

/**
 * The days that the trend is compared with, as many as it has, whole ones: the stretch that totals are compared with ends at the same time
 * of day. Undefined when it is compared with nothing.
 */
export function comparedQuery(
  { daily_trend: days, previous_period: previous, period }: Pick<Dashboard, 'daily_trend' | 'previous_period' | 'period'>,
  { compare, engine }: Filters,
): Query | undefined {
  const [first] = days;
  if (!first || !previous) return undefined;
  const from = compare === 'year' ? dateIn(period.tz, Date.parse(previous.from)) : addDays(first.day, -days.length);
  return { from, to: addDays(from, days.length), tz: period.tz, compare: 'none', ...(engine !== '' && { engine }) };
}

/** Nothing happened in the time; what could not be had may have happened. */
export const isSilent = ({ totals: { generations, ratings, calls } }: Pick<Dashboard, 'totals'>): boolean =>
  [generations, ratings, calls].every(({ value }) => value === 0);
