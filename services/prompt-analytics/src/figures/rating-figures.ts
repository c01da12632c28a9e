import { meanInterval, wilson, type Interval } from '@picly/statistics';
import { QUALITY_UNITS_PER_POINT, SQUARE_UNITS } from '../projection/measures';

/** Counters of ratings as they are stored; sums beyond 2^53 arrive as text. */
export interface RatingCounters {
  readonly r1: number;
  readonly r2: number;
  readonly r3: number;
  readonly r4: number;
  readonly r5: number;
  readonly quality_count: number;
  /** Sum of quality scores in billionths of a point. */
  readonly quality_nanos: number | string;
  /** Sum of their squares in millionths of a squared point; null of rows that an older version wrote. */
  readonly quality_squares: number | string | null;
}

/** What ratings say. Rates are 0..1; without ratings rates and means are null and the bounds say that nothing is known. Bounds are 95 % intervals: Wilson's of shares, Student's of means. */
export interface RatingFigures {
  readonly rating_count: number;
  readonly avg_rating: number | null;
  readonly avg_rating_lower: number;
  readonly avg_rating_upper: number;
  readonly rating_distribution: readonly [number, number, number, number, number];
  readonly success_rate: number | null;
  readonly success_lower: number;
  readonly success_upper: number;
  readonly quality_avg: number | null;
  readonly quality_lower: number;
  readonly quality_upper: number;
  readonly quality_count: number;
}

/** The ends of the scales, which no mean lies beyond. */
const STARS = [1, 5] as const;
const POINTS = [0, 100] as const;

/** 95 % interval of the mean of so many ratings of one to five stars. */
export function starsInterval(n: number, sum: number, sumSquares: number): Interval {
  return meanInterval({ n, sum, sumSquares }, STARS);
}

export function ratingFigures(counters: RatingCounters): RatingFigures {
  const { r1, r2, r3, r4, r5, quality_count, quality_squares } = counters;
  const count = r1 + r2 + r3 + r4 + r5;
  const sum = r1 + 2 * r2 + 3 * r3 + 4 * r4 + 5 * r5;
  const [lower, upper] = wilson(r4 + r5, count);
  const [starsLower, starsUpper] = starsInterval(count, sum, r1 + 4 * r2 + 9 * r3 + 16 * r4 + 25 * r5);
  const quality = Number(counters.quality_nanos) / QUALITY_UNITS_PER_POINT;
  const squares = quality_squares === null ? null : Number(quality_squares) / SQUARE_UNITS;
  const [qualityLower, qualityUpper] = meanInterval({ n: quality_count, sum: quality, sumSquares: squares }, POINTS);
  return {
    rating_count: count,
    avg_rating: count === 0 ? null : sum / count,
    avg_rating_lower: starsLower,
    avg_rating_upper: starsUpper,
    rating_distribution: [r1, r2, r3, r4, r5],
    success_rate: count === 0 ? null : (r4 + r5) / count,
    success_lower: lower,
    success_upper: upper,
    quality_avg: quality_count === 0 ? null : quality / quality_count,
    quality_lower: qualityLower,
    quality_upper: qualityUpper,
    quality_count,
  };
}
