import { actionFigures, passedOn, type ActionCounters, type ActionFigures, type PassedOn } from './action-figures';
import { ratingFigures, type RatingCounters, type RatingFigures } from './rating-figures';

/** The counters of a prompt as they are selected. */
export type PromptCounters = RatingCounters & ActionCounters;

/** What is known of a prompt as answers tell it, whatever they are about. */
export interface PromptFigures extends RatingFigures, ActionFigures, PassedOn {
  readonly prompt: string;
  readonly prompt_hash: string;
  /** The engines that were given it. */
  readonly engines: readonly string[];
  readonly first_seen_at: string;
}

export interface PromptRecord extends PromptCounters {
  readonly prompt: string;
  readonly prompt_hash: string;
  readonly engines: readonly string[];
  readonly first_seen_at: Date;
}

export function promptFigures(record: PromptRecord): PromptFigures {
  const { prompt, prompt_hash, engines, first_seen_at } = record;
  const figures = { ...ratingFigures(record), ...actionFigures(record), ...passedOn(record) };
  return { prompt, prompt_hash, engines, ...figures, first_seen_at: first_seen_at.toISOString() };
}

/** An example for the documentation. */
export const PROMPT_EXAMPLE = {
  prompt: 'a red fox in the snow, oil painting',
  prompt_hash: '9f86d081884c7d659a2feaa0c55ad015',
  engines: ['dalle3', 'flux-pro'],
  rating_count: 120,
  avg_rating: 4.1,
  avg_rating_lower: 3.91,
  avg_rating_upper: 4.29,
  rating_distribution: [3, 9, 18, 33, 57],
  success_rate: 0.75,
  success_lower: 0.6656,
  success_upper: 0.8192,
  quality_avg: 81.25,
  quality_lower: 78.2,
  quality_upper: 84.3,
  quality_count: 64,
  generations: 300,
  downloads: 120,
  shares: 31,
  edits: 12,
  regenerations: 44,
  uses: 9,
  download_rate: 0.36,
  download_rate_lower: 0.3078,
  download_rate_upper: 0.4158,
  share_rate: 0.1,
  share_rate_lower: 0.0709,
  share_rate_upper: 0.1393,
  edit_rate: 0.04,
  regenerate_rate: 0.12,
  use_rate: 0.03,
  first_seen_at: '2026-01-01T12:00:00.000Z',
};
