import type { DecodedEvent } from '@picly/contracts';

/** The events this service folds. */
export const EVENTS_FOLDED = ['generation-completed', 'rating-submitted', 'action-tracked'] as const;
export type FoldedEvent = DecodedEvent<(typeof EVENTS_FOLDED)[number]>;
export type GenerationEvent = DecodedEvent<'generation-completed'>;
export type RatingEvent = DecodedEvent<'rating-submitted'>;
export type ActionEvent = DecodedEvent<'action-tracked'>;

/** How often a generation was downloaded, shared, edited, regenerated, used; in the order of `GENERATION_ACTIONS`. */
export type ActionCounts = readonly [number, number, number, number, number];

/** What a generation adds to, apart from itself. Empty engine: not known yet. Null hash: no prompt known (or erased). */
export interface Attribution {
  readonly engine: string;
  /** Empty when the sender named none. */
  readonly modelVersion: string;
  readonly promptHash: string | null;
}

/** What decides the aggregates of a generation. Times are milliseconds since the epoch. */
export interface GenerationState extends Attribution {
  readonly generationId: string;
  /** False for a placeholder that a rating or an action made. */
  readonly known: boolean;
  /** When it was generated; null for a placeholder. */
  readonly occurredAt: number | null;
  readonly logOffset: number | null;
  /** When the report it is known by was received; of a placeholder, the first event about it. Never before it occurred. */
  readonly recordedAt: number;
  readonly actions: ActionCounts;
}

/** What decides the aggregates of one rater's rating of one generation. */
export interface RatingState {
  readonly generationId: string;
  readonly rater: string;
  readonly eventId: string;
  readonly rating: number;
  /** 0..100 as sent. */
  readonly qualityScore: number | null;
  readonly tags: readonly string[];
  readonly feedback: string | null;
  readonly timeToRateMs: number | null;
  readonly ratedAt: number;
  readonly logOffset: number;
  readonly recordedAt: number;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly context: Readonly<Record<string, unknown>> | null;
  /** Ratings this rater has sent for this generation, this one included. */
  readonly revisions: number;
}

/** One action on a generation, as far as aggregates care: its index in `ActionCounts`, and when. */
export interface ActionFact {
  readonly generationId: string;
  readonly action: number;
  readonly occurredAt: number;
}

/** An event about a generation with the hash of its prompt; null when the prompt is erased. */
export interface GenerationReport {
  readonly event: GenerationEvent;
  readonly promptHash: string | null;
}

/** Everything a batch changes about one generation. */
export interface GenerationChange {
  readonly before: GenerationState | undefined;
  readonly after: GenerationState;
  /** The report whose data the generation now has, when this batch brought it. */
  readonly source: GenerationReport | undefined;
  readonly reports: readonly GenerationReport[];
  readonly ratingEvents: readonly RatingEvent[];
  readonly actionEvents: readonly ActionEvent[];
}

/** Whether what was counted for a generation before must be counted elsewhere now. */
export function isMoved({ before, after }: GenerationChange): boolean {
  if (before === undefined) return false;
  return before.engine !== after.engine || before.modelVersion !== after.modelVersion || before.promptHash !== after.promptHash;
}
