import type { ModelDay, ModelRow } from './models.queries';

/** A row as it may look, for the documentation of the API. */
export const MODEL_ROW: ModelRow = {
  engine: 'flux-pro',
  model_version: '1.1',
  calls: 1_200,
  successes: 1_170,
  failures: 30,
  success_rate: 0.975,
  success_lower: 0.9645,
  success_upper: 0.9824,
  failure_rate: 0.025,
  failure_lower: 0.0176,
  failure_upper: 0.0355,
  failures_by_cause: { timeout: 21, rate_limited: 9 },
  p50: 3.5,
  p95: 7.25,
  p99: 12.125,
  percentile_method: 'exact',
  currency: 'USD',
  cost: 96,
  revenue: 115.2,
  margin: 19.2,
  margin_rate: 0.1667,
  cost_per_success: 0.0821,
  cost_per_well_rated: 0.11,
  amounts: [
    { currency: 'USD', cost: 96, revenue: 115.2, margin: 19.2, margin_rate: 0.1667, cost_per_success: 0.0821, cost_per_well_rated: 0.11 },
  ],
  avg_rating: 4.2,
  rating_count: 300,
  rating_distribution: [10, 15, 35, 85, 155],
  rating_success_rate: 0.8,
  rating_success_lower: 0.7512,
  rating_success_upper: 0.8413,
  quality_avg: 81.5,
  quality_count: 120,
  rated_calls: 280,
  well_rated_calls: 204,
};

export const MODEL_DAY: ModelDay = { day: '2026-11-22', ...MODEL_ROW };
