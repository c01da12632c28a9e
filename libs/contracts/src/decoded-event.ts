import type { EventData, EventType } from './catalogue';

/** Whose key seals the personal fields of an event; the first that is known of user, session, generation. */
export type SubjectKind = 'user' | 'session' | 'generation';

export interface Subject {
  readonly kind: SubjectKind;
  /** Random pseudonym of the subject; means nothing once its key is destroyed. */
  readonly ref: string;
  /** The key is destroyed: the personal fields are gone for ever. */
  readonly erased: boolean;
}

/** Where an event stands in the log. */
export interface EventPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** The three times of an event, milliseconds since the epoch. */
export interface EventTimes {
  /** When it happened, corrected for the skew of the sender's clock, never after `receivedAt`. The only time folds may use. */
  readonly occurredAt: number;
  readonly receivedAt: number;
  /** When it happened, as the sender said. */
  readonly happenedAt?: number;
  /** When it was sent, as the sender said. */
  readonly sentAt?: number;
}

interface Decoded<T extends EventType> extends EventTimes {
  readonly id: string;
  readonly type: T;
  readonly data: EventData<T>;
  readonly subject?: Subject;
  readonly position: EventPosition;
  /** Digest of the body as sent, keyed with the person's key: tells whether an id comes again with another body. */
  readonly fingerprint?: string;
}

/** An event read from the log, upcast to the current version, unsealed as far as keys exist. Discriminated by `type`. */
export type DecodedEvent<T extends EventType = EventType> = { [K in T]: Decoded<K> }[T];

/**
 * Who rated, for "the same rater replaces": the person, else the visit, else nobody in particular (one such rater per
 * generation). An erased person keeps being one rater, nameless.
 */
export function raterOf(event: {
  readonly subject?: Subject;
  readonly data: { readonly user_id?: string; readonly session_id?: string };
}): string {
  if (event.data.user_id !== undefined) return `user:${event.data.user_id}`;
  if (event.data.session_id !== undefined) return `session:${event.data.session_id}`;
  const { subject } = event;
  return subject?.erased === true && subject.kind !== 'generation' ? `erased:${subject.ref}` : '';
}
