import { actionTracked } from './events/action-tracked';
import { behaviorTracked } from './events/behavior-tracked';
import { conversionTracked } from './events/conversion-tracked';
import { engineCallMeasured } from './events/engine-call-measured';
import { experimentChanged } from './events/experiment-changed';
import { experimentDecided } from './events/experiment-decided';
import { experimentExposed } from './events/experiment-exposed';
import { generationCompleted } from './events/generation-completed';
import { ratingSubmitted } from './events/rating-submitted';
import { userProfiled } from './events/user-profiled';
import type { AnyEventDefinition, DataOf } from './define-event';

/** Every event there is, by type. A new event is a file in events/ and a line here. */
export const EVENTS = {
  'rating-submitted': ratingSubmitted,
  'action-tracked': actionTracked,
  'behavior-tracked': behaviorTracked,
  'generation-completed': generationCompleted,
  'engine-call-measured': engineCallMeasured,
  'user-profiled': userProfiled,
  'experiment-exposed': experimentExposed,
  'conversion-tracked': conversionTracked,
  'experiment-changed': experimentChanged,
  'experiment-decided': experimentDecided,
} as const;

export type EventType = keyof typeof EVENTS;
export type EventData<T extends EventType> = DataOf<(typeof EVENTS)[T]>;

export const EVENT_TYPES = Object.keys(EVENTS) as readonly EventType[];

/** The definitions by the name of their endpoint, which is also the `type` of a batch entry; without those the system alone writes. */
export const EVENTS_BY_HTTP_NAME: ReadonlyMap<string, AnyEventDefinition> = new Map(
  EVENT_TYPES.map((type): AnyEventDefinition => EVENTS[type])
    .filter(({ http }) => http.internal !== true)
    .map((definition) => [definition.http.name, definition] as const),
);

export function isEventType(type: string): type is EventType {
  return Object.hasOwn(EVENTS, type);
}

export const topicOf = (type: EventType): string => EVENTS[type].topic;
