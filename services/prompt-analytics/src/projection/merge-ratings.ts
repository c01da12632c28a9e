import { raterOf } from '@picly/contracts';
import { isLater } from './merge-generations';
import type { RatingEvent, RatingState } from './state';

/** What a batch changes about one rater's rating of one generation. */
export interface RatingChange {
  readonly before: RatingState | undefined;
  readonly after: RatingState;
  /** Ratings that no longer count, stored or from this batch; kept as history. */
  readonly superseded: readonly RatingState[];
}

function ratingOf(event: RatingEvent): RatingState {
  const { data } = event;
  return {
    generationId: data.generation_id.toLowerCase(),
    rater: raterOf(event),
    eventId: event.id,
    rating: data.rating,
    qualityScore: data.quality_score ?? null,
    tags: data.tags ?? [],
    feedback: data.feedback ?? null,
    timeToRateMs: data.time_to_rate_ms ?? null,
    ratedAt: event.occurredAt,
    logOffset: event.position.offset,
    recordedAt: event.receivedAt,
    userId: data.user_id ?? null,
    sessionId: data.session_id ?? null,
    context: data.context ?? null,
    revisions: 1,
  };
}

const isNewer = (a: RatingState, b: RatingState): boolean =>
  isLater({ occurredAt: a.ratedAt, logOffset: a.logOffset }, { occurredAt: b.ratedAt, logOffset: b.logOffset });

function include(change: RatingChange | undefined, incoming: RatingState, stored: RatingState | undefined): RatingChange {
  const current = change?.after ?? stored;
  if (current === undefined) return { before: undefined, after: incoming, superseded: [] };
  const [winner, loser] = isNewer(incoming, current) ? [incoming, current] : [current, incoming];
  const after = { ...winner, revisions: current.revisions + 1 };
  return { before: stored, after, superseded: [...(change?.superseded ?? []), loser] };
}

/** The key of a rating among those of its generation and all others. */
export const ratingKey = (generationId: string, rater: string): string => `${generationId} ${rater}`;

/**
 * What rating events make of the ratings stored under their `ratingKey`: the latest of a rater counts, the others become
 * history. A function of the set of events.
 */
export function mergeRatings(events: readonly RatingEvent[], stored: ReadonlyMap<string, RatingState>): Map<string, RatingChange> {
  const changes = new Map<string, RatingChange>();
  for (const event of events) {
    const incoming = ratingOf(event);
    const key = ratingKey(incoming.generationId, incoming.rater);
    changes.set(key, include(changes.get(key), incoming, stored.get(key)));
  }
  return changes;
}
