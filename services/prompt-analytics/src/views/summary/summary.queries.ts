import type { Sql } from '@picly/database';
import { wilson } from '@picly/statistics';
import { actionBounds, actionFigures, type ActionBounds, type ActionCounters, type ActionFigures } from '../../figures/action-figures';
import { ratingFigures, type RatingCounters } from '../../figures/rating-figures';
import { keysOf, type ActionGrouping } from './grouping.queries';
import { EXACT_UP_TO, exactMedian, medians, type Median } from './medians.queries';
import { promptSums } from './prompt-summary.queries';
import { actionSums, ratingSums, type SummaryFilter } from './sums.queries';

/** What a row is about; which of these it has depends on the grouping. */
interface Names {
  /** Null: the generation, or the prompt's engine, is not known. */
  readonly engine?: string | null;
  readonly model_version?: string | null;
  /** Dates in the zone asked for; of weeks and months the first day. */
  readonly day?: string;
  readonly week?: string;
  readonly month?: string;
  readonly tag?: string;
  readonly prompt?: string;
  readonly prompt_hash?: string;
}

interface RatingSummary extends Median {
  readonly count: number;
  readonly avg: number | null;
  /** 95 % bounds of the mean. */
  readonly avg_lower: number;
  readonly avg_upper: number;
  readonly distribution: readonly number[];
  readonly success_rate: number | null;
  readonly success_lower: number;
  readonly success_upper: number;
  /** Ratings of 1 or 2 stars, their share, and its 95 % Wilson bounds. */
  readonly low_count: number;
  readonly low_rate: number | null;
  readonly low_lower: number;
  readonly low_upper: number;
  readonly quality_avg: number | null;
  readonly quality_lower: number;
  readonly quality_upper: number;
  readonly quality_count: number;
  readonly feedback_count: number;
  /** Ratings with a time to rate. */
  readonly timed_count: number;
}

export type RatingSummaryRow = Names & RatingSummary;
export type ActionSummaryRow = Names & ActionFigures & ActionBounds;

type RatingSums = RatingCounters & { readonly feedback_count: number; readonly timed_count: number };

function summaryOf(sums: RatingSums, median: Median): RatingSummary {
  const figures = ratingFigures(sums);
  const low = sums.r1 + sums.r2;
  const [lowLower, lowUpper] = wilson(low, figures.rating_count);
  return {
    count: figures.rating_count,
    avg: figures.avg_rating,
    avg_lower: figures.avg_rating_lower,
    avg_upper: figures.avg_rating_upper,
    distribution: figures.rating_distribution,
    success_rate: figures.success_rate,
    success_lower: figures.success_lower,
    success_upper: figures.success_upper,
    low_count: low,
    low_rate: figures.rating_count === 0 ? null : low / figures.rating_count,
    low_lower: lowLower,
    low_upper: lowUpper,
    quality_avg: figures.quality_avg,
    quality_lower: figures.quality_lower,
    quality_upper: figures.quality_upper,
    quality_count: figures.quality_count,
    feedback_count: sums.feedback_count,
    timed_count: sums.timed_count,
    ...median,
  };
}

function namesOf(keys: readonly string[], row: Names): Names {
  return Object.fromEntries(Object.entries(row).filter(([name]) => keys.includes(name)));
}

/** Ratings and actions of a stretch of time, added up from buckets; every count and mean exact, in any zone. */
export class SummaryQueries {
  constructor(
    private readonly sql: Sql,
    private readonly exactUpTo: number = EXACT_UP_TO,
  ) {}

  /** Ratings by when they were given; `limit` is the number of prompts when grouped by prompt. */
  async ratings(filter: SummaryFilter, limit: number): Promise<RatingSummaryRow[]> {
    if (filter.grouping === 'prompt') return this.prompts(filter, limit);
    const keys = keysOf(filter.grouping);
    const rows = (await ratingSums<RatingSums & Names>(this.sql, filter)).filter(
      (row) => keys.length === 0 || ratingFigures(row).rating_count > 0,
    );
    const timed = rows.reduce((sum, row) => sum + row.timed_count, 0);
    const medianOf = await medians(this.sql, filter, timed, this.exactUpTo);
    return rows.map((row) => ({ ...namesOf(keys, row), ...summaryOf(row, medianOf(row)) }));
  }

  /** Generations by when they were made, actions by when they were taken. */
  async actions(filter: SummaryFilter<ActionGrouping>): Promise<ActionSummaryRow[]> {
    const keys = keysOf(filter.grouping);
    const rows = await actionSums<ActionCounters & Names>(this.sql, filter);
    return rows
      .filter((row) => keys.length === 0 || hasAny(row))
      .map((row) => ({ ...namesOf(keys, row), ...actionFigures(row), ...actionBounds(row) }));
  }

  private async prompts(filter: SummaryFilter, limit: number): Promise<RatingSummaryRow[]> {
    const rows = await promptSums(this.sql, filter, limit);
    return rows.map((row) => ({ prompt: row.prompt, prompt_hash: row.prompt_hash, ...summaryOf(row, exactMedian(row)) }));
  }
}

function hasAny({ generations, downloads, shares, edits, regenerations, uses }: ActionCounters): boolean {
  return generations + downloads + shares + edits + regenerations + uses > 0;
}
