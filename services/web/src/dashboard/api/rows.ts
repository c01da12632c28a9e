import type { AsOf } from './client';

/** A list as the API answers it. */
export interface List<Row> {
  readonly data: readonly Row[];
  readonly next_cursor: string | null;
  readonly as_of?: AsOf;
}

type Maybe = number | null;

export interface Change {
  readonly value: Maybe;
  readonly previous: Maybe;
  readonly change: Maybe;
  readonly change_rate: Maybe;
  readonly n?: Maybe;
}

export interface RatingFigures {
  readonly success_rate: Maybe;
  readonly success_lower: number;
  readonly success_upper: number;
  readonly quality_avg: Maybe;
  readonly quality_lower: number;
  readonly quality_upper: number;
  readonly quality_count: number;
}

/** The mean of stars with its interval. */
export interface AverageRating {
  readonly rating_count: number;
  readonly avg_rating: Maybe;
  readonly avg_rating_lower: number;
  readonly avg_rating_upper: number;
}

export interface PromptRow extends RatingFigures, AverageRating {
  readonly prompt: string;
  readonly prompt_hash: string;
  readonly engines: readonly string[];
  readonly rating_distribution: readonly number[];
  readonly generations: number;
  readonly download_rate: Maybe;
  readonly download_rate_lower: number;
  readonly download_rate_upper: number;
  readonly share_rate: Maybe;
  readonly share_rate_lower: number;
  readonly share_rate_upper: number;
  readonly first_seen_at: string;
}

export interface RatingSummaryRow extends RatingFigures {
  readonly engine?: string | null;
  readonly day?: string;
  readonly tag?: string;
  readonly count: number;
  readonly avg: Maybe;
  readonly avg_lower: number;
  readonly avg_upper: number;
  readonly distribution: readonly number[];
  readonly low_count: number;
  readonly low_rate: Maybe;
  readonly low_lower: number;
  readonly low_upper: number;
  readonly feedback_count: number;
  readonly timed_count: number;
  readonly median_time_to_rate: Maybe;
  readonly median_time_to_rate_lower: number;
  readonly median_time_to_rate_upper: Maybe;
}

export interface ModelRow extends AverageRating {
  readonly day?: string;
  readonly engine: string;
  readonly model_version: string;
  readonly calls: number;
  readonly successes: number;
  readonly failures: number;
  readonly success_rate: Maybe;
  readonly failure_rate: Maybe;
  readonly failure_lower: number;
  readonly failure_upper: number;
  readonly failures_by_cause: Readonly<Record<string, number>>;
  readonly p50: Maybe;
  readonly p50_lower: number;
  readonly p50_upper: Maybe;
  readonly p95: Maybe;
  readonly p95_lower: number;
  readonly p95_upper: Maybe;
  readonly p99: Maybe;
  readonly p99_lower: number;
  readonly p99_upper: Maybe;
  readonly currency: string | null;
  readonly cost: Maybe;
  readonly revenue: Maybe;
  readonly margin: Maybe;
  readonly margin_rate: Maybe;
  readonly cost_per_success: Maybe;
  readonly cost_per_well_rated: Maybe;
  readonly rating_success_rate: Maybe;
  readonly rating_success_lower: number;
  readonly rating_success_upper: number;
  readonly quality_avg: Maybe;
  readonly quality_lower: number;
  readonly quality_upper: number;
  readonly quality_count: number;
}

/** A generation with one of its ratings, or one nobody has rated. */
export interface RatingRow {
  readonly generation_id: string;
  readonly prompt: string | null;
  readonly prompt_hash: string | null;
  readonly engine: string | null;
  readonly model_version: string | null;
  readonly success: boolean | null;
  readonly error: string | null;
  readonly currency: string | null;
  readonly image_url: string | null;
  readonly generation_user_id: string | null;
  readonly occurred_at: string | null;
  readonly rating: Maybe;
  readonly quality_score: Maybe;
  readonly tags: readonly string[];
  readonly feedback: string | null;
  readonly rated_at: string | null;
  readonly revisions: number;
  readonly user_id: string | null;
  readonly downloads: number;
  readonly shares: number;
  readonly edits: number;
  readonly regenerations: number;
  readonly uses: number;
  readonly response_time: Maybe;
  readonly cost: Maybe;
  readonly revenue: Maybe;
  readonly time_to_rate: Maybe;
}
