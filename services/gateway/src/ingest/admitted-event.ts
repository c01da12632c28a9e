import type { AnyEventDefinition, EventTimes, EventType, FieldError, ProblemCode } from '@picly/contracts';

/** An event that may enter the log: valid, stamped, complete, its personal fields still readable. */
export interface AdmittedEvent {
  readonly id: string;
  /** The sender chose the id, so it may be known already; an id made here cannot be. */
  readonly idFromSender: boolean;
  readonly type: EventType;
  readonly definition: AnyEventDefinition;
  /** As stored, personal fields in. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly times: EventTimes;
  /** The type and the body in one spelling, without id and times: equal for two sendings of one event, and for nothing else. */
  readonly canonical: string;
}

/** Why an event was not taken, in the words of the public error table. */
export interface Refusal {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
}

export type Admission =
  | { readonly kind: 'admitted'; readonly event: AdmittedEvent }
  | { readonly kind: 'refused'; readonly eventId?: string; readonly refusal: Refusal };

/** What became of an admitted event. `position` is where it stands in the log, however often it was sent. */
export type Outcome =
  | { readonly kind: 'appended'; readonly position: { readonly topic: string; readonly partition: number; readonly offset: number } }
  | { readonly kind: 'known'; readonly position: { readonly topic: string; readonly partition: number; readonly offset: number } }
  | { readonly kind: 'refused'; readonly refusal: Refusal };
