/** What is selected for a row of the fact. */
export interface RatingRecord {
  readonly generation_id: string;
  readonly rater: string | null;
  readonly known: boolean;
  readonly prompt: string | null;
  readonly prompt_hash: string | null;
  readonly engine: string | null;
  readonly model_version: string | null;
  readonly success: boolean | null;
  readonly error: string | null;
  readonly response_time_ms: number | null;
  readonly cost_micros: number | null;
  readonly revenue_micros: number | null;
  readonly currency: string | null;
  readonly image_url: string | null;
  readonly parameters: unknown;
  readonly generation_user_id: string | null;
  readonly generation_session_id: string | null;
  readonly generation_context: unknown;
  readonly occurred_at: Date | null;
  readonly rating: number | null;
  readonly quality_score: string | null;
  readonly tags: readonly string[] | null;
  readonly feedback: string | null;
  readonly time_to_rate_ms: number | null;
  readonly rated_at: Date | null;
  readonly revisions: number | null;
  readonly user_id: string | null;
  readonly session_id: string | null;
  readonly context: unknown;
  readonly recorded_at: Date;
  readonly downloads: number;
  readonly shares: number;
  readonly edits: number;
  readonly regenerations: number;
  readonly uses: number;
}

export type RatingRow = ReturnType<typeof ratingRow>;

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);
const amount = (micros: number | null): number | null => (micros === null ? null : micros / 1_000_000);

/** One rater's rating of one generation, or a generation nobody has rated yet, with all that is known of both. */
export function ratingRow(record: RatingRecord) {
  const { response_time_ms, time_to_rate_ms, cost_micros, revenue_micros, quality_score, recorded_at, rater: _rater, ...row } = record;
  return {
    ...row,
    response_time: seconds(response_time_ms),
    cost: amount(cost_micros),
    revenue: amount(revenue_micros),
    quality_score: quality_score === null ? null : Number(quality_score),
    tags: record.tags ?? [],
    time_to_rate: seconds(time_to_rate_ms),
    revisions: record.revisions ?? 0,
    recorded_at,
  };
}

/** An example for the documentation. */
export const RATING_EXAMPLE = {
  generation_id: '0190f3a1-0000-7000-8000-000000000001',
  known: true,
  prompt: 'a red fox in the snow, oil painting',
  prompt_hash: '9f86d081884c7d659a2feaa0c55ad015',
  engine: 'flux-pro',
  model_version: '1.1',
  success: true,
  error: null,
  currency: 'USD',
  image_url: 'https://images.example/1.png',
  parameters: { steps: 30 },
  generation_user_id: 'ann',
  generation_session_id: null,
  generation_context: null,
  occurred_at: '2026-01-01T12:00:00.000Z',
  rating: 5,
  quality_score: 95,
  tags: ['composition', 'colors'],
  feedback: 'Amazing quality!',
  rated_at: '2026-01-01T12:01:00.000Z',
  revisions: 1,
  user_id: 'ann',
  session_id: null,
  context: null,
  recorded_at: '2026-01-01T12:01:00.120Z',
  downloads: 1,
  shares: 0,
  edits: 0,
  regenerations: 0,
  uses: 0,
  response_time: 3.5,
  cost: 0.08,
  revenue: 0.096,
  time_to_rate: 45,
  experiment_arms: [{ experiment: 'upscaler', variant: 'sharp' }],
};
