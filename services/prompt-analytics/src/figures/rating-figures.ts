import { wilson } from '@picly/statistics';

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
}

/** What ratings say. Rates are 0..1; without ratings rates and means are null and the bounds say that nothing is known. */
export interface RatingFigures {
  readonly rating_count: number;
  readonly avg_rating: number | null;
  readonly rating_distribution: readonly [number, number, number, number, number];
  readonly success_rate: number | null;
  readonly success_lower: number;
  readonly success_upper: number;
  readonly quality_avg: number | null;
  readonly quality_count: number;
}

const NANOS_PER_POINT = 1_000_000_000;

export function ratingFigures({ r1, r2, r3, r4, r5, quality_count, quality_nanos }: RatingCounters): RatingFigures {
  const count = r1 + r2 + r3 + r4 + r5;
  const [lower, upper] = wilson(r4 + r5, count);
  return {
    rating_count: count,
    avg_rating: count === 0 ? null : (r1 + 2 * r2 + 3 * r3 + 4 * r4 + 5 * r5) / count,
    rating_distribution: [r1, r2, r3, r4, r5],
    success_rate: count === 0 ? null : (r4 + r5) / count,
    success_lower: lower,
    success_upper: upper,
    quality_avg: quality_count === 0 ? null : Number(quality_nanos) / NANOS_PER_POINT / quality_count,
    quality_count,
  };
}
