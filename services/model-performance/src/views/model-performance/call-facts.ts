import { raterOf, type DecodedEvent } from '@picly/contracts';
import { classifyFailure, type FailureCause } from './classify-failure';

/** Order among the events of one key: when it happened, then its place in the partition. */
export interface Version {
  readonly at: number;
  readonly offset: number;
}

/** What one call of an engine cost, took and brought. */
export interface CallFacts extends Version {
  readonly engine: string;
  /** Empty when the sender names none. */
  readonly modelVersion: string;
  readonly success: boolean;
  readonly failureCause: FailureCause | null;
  readonly responseTimeMs: number;
  readonly costMicros: number;
  readonly revenueMicros: number;
  readonly currency: string;
}

/** The rating of one rater. */
export interface RatingFacts extends Version {
  readonly rating: number;
  /** Decimal text, 0 to 100. */
  readonly quality: string | null;
}

/** Ratings by rater. */
export type Ratings = ReadonlyMap<string, RatingFacts>;

/** A call by its own id (an engine call) or by the id of the generation it made. */
export interface CallKey {
  readonly callId: string;
  readonly isGeneration: boolean;
}

/** What a batch says about one call: the latest of its reports and of each rater's ratings. */
export interface CallNews extends CallKey {
  call?: CallFacts;
  readonly ratings: Map<string, RatingFacts>;
}

export type CallEvent = DecodedEvent<'generation-completed' | 'engine-call-measured' | 'rating-submitted'>;

/** The one that counts of two reports about the same thing, whatever order they are folded in. */
export function later<T extends Version>(a: T | undefined, b: T): T {
  return a !== undefined && (a.at > b.at || (a.at === b.at && a.offset >= b.offset)) ? a : b;
}

function causeOf(event: DecodedEvent<'generation-completed' | 'engine-call-measured'>): FailureCause | null {
  if (event.data.success) return null;
  if (event.data.error === undefined && event.subject?.erased === true) return 'erased';
  return classifyFailure(event.data.error ?? '');
}

function callOf(event: DecodedEvent<'generation-completed' | 'engine-call-measured'>): CallFacts {
  const { data } = event;
  return {
    at: event.occurredAt,
    offset: event.position.offset,
    engine: data.engine,
    modelVersion: data.model_version ?? '',
    success: data.success,
    failureCause: causeOf(event),
    responseTimeMs: data.response_time_ms,
    costMicros: data.cost_micros,
    revenueMicros: data.revenue_micros,
    currency: data.currency ?? 'USD',
  };
}

function ratingOf(event: DecodedEvent<'rating-submitted'>): RatingFacts {
  const { rating, quality_score: quality } = event.data;
  return { at: event.occurredAt, offset: event.position.offset, rating, quality: quality === undefined ? null : String(quality) };
}

/** The call an event is about. */
export const keyOf = (event: CallEvent): CallKey =>
  event.type === 'engine-call-measured'
    ? { callId: event.id.toLowerCase(), isGeneration: false }
    : { callId: event.data.generation_id.toLowerCase(), isGeneration: true };

export const nameOf = (key: CallKey): string => (key.isGeneration ? key.callId : `${key.callId}.`);

/** The news of a batch by call; a retried generation is one call, and so costs once. */
export function readBatch(events: readonly CallEvent[]): ReadonlyMap<string, CallNews> {
  const batch = new Map<string, CallNews>();
  for (const event of events) {
    const key = keyOf(event);
    let news = batch.get(nameOf(key));
    if (!news) batch.set(nameOf(key), (news = { ...key, ratings: new Map<string, RatingFacts>() }));
    if (event.type !== 'rating-submitted') news.call = later(news.call, callOf(event));
    else news.ratings.set(raterOf(event), later(news.ratings.get(raterOf(event)), ratingOf(event)));
  }
  return batch;
}
