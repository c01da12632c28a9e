import type { ActionCounts, RatingState } from './state';

/** Counters of ratings, in the order of the columns of every aggregate. */
export const RATING_COLUMNS = ['r1', 'r2', 'r3', 'r4', 'r5', 'quality_count', 'quality_nanos', 'quality_squares'] as const;
export const ENGAGEMENT_COLUMNS = ['feedback_count', 'timed_count'] as const;
export const ACTED_COLUMNS = ['downloaded', 'shared', 'edited', 'regenerated', 'used'] as const;
export const ACTION_COLUMNS = ['downloads', 'shares', 'edits', 'regenerations', 'uses'] as const;

/** The counters of a prompt. */
export const PROMPT_MEASURES = [...RATING_COLUMNS, 'generations', ...ACTED_COLUMNS, ...ACTION_COLUMNS] as const;
/** The counters of a stretch of time. */
export const BUCKET_MEASURES = [...RATING_COLUMNS, ...ENGAGEMENT_COLUMNS, 'generations', ...ACTED_COLUMNS, ...ACTION_COLUMNS] as const;
/** The counters of a tag within a stretch of time. */
export const TAG_MEASURES = [...RATING_COLUMNS, ...ENGAGEMENT_COLUMNS] as const;

/** Quality is summed in billionths, so that sums are whole numbers and do not depend on their order. */
export const QUALITY_UNITS_PER_POINT = 1_000_000_000;
/** Their squares in millionths: exact for scores of up to three decimals, and small enough for sums over a billion scores. */
export const SQUARE_UNITS = 1_000_000;

/** Changes of the counters of one row; index by the place of the column in its list of measures. */
export type Counters = number[];

/** Adds one rating (sign 1) or takes it back (sign -1). The same columns come first in all aggregates. */
export function addRating(counters: Counters, rating: RatingState, sign: 1 | -1): void {
  bump(counters, rating.rating - 1, sign);
  if (rating.qualityScore === null) return;
  bump(counters, 5, sign);
  bump(counters, 6, sign * Math.round(rating.qualityScore * QUALITY_UNITS_PER_POINT));
  bump(counters, 7, sign * Math.round(rating.qualityScore * rating.qualityScore * SQUARE_UNITS));
}

/** Adds what is known about the rater's engagement. */
export function addEngagement(counters: Counters, rating: RatingState, sign: 1 | -1): void {
  if (rating.feedback !== null && rating.feedback !== '') bump(counters, 8, sign);
  if (rating.timeToRateMs !== null) bump(counters, 9, sign);
}

/** Adds a generation and the kinds of actions it has seen; `at` is the place of `generations`. */
export function addGeneration(counters: Counters, at: number, actions: ActionCounts, sign: 1 | -1): void {
  bump(counters, at, sign);
  for (let kind = 0; kind < actions.length; kind++) if (actions[kind]) bump(counters, at + 1 + kind, sign);
}

/** Adds actions, kind by kind; `at` is the place of `downloads`. */
export function addActions(counters: Counters, at: number, actions: ActionCounts, sign: 1 | -1): void {
  for (let kind = 0; kind < actions.length; kind++) bump(counters, at + kind, sign * (actions[kind] ?? 0));
}

/** Counters of zero, one for each measure. */
export const newCounters = (measures: readonly string[]): Counters => new Array<number>(measures.length).fill(0);

export function addTo(sums: Counters, counters: Counters): void {
  for (let index = 0; index < counters.length; index++) bump(sums, index, counters[index] ?? 0);
}

export function bump(counters: Counters, index: number, by: number): void {
  counters[index] = (counters[index] ?? 0) + by;
}
