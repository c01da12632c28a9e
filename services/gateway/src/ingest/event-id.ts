import { v5 } from 'uuid';
import type { FieldError } from '@picly/contracts';
import { uuidV7 } from './uuid-v7';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export type EventId = { readonly id: string; readonly fromSender: boolean } | { readonly errors: readonly FieldError[] };

/** Makes ids that sort by time. */
export const newEventId = (): string => uuidV7(Date.now());

/**
 * The id of an event sent alone: the body's `event_id`, which is the same thing as the `Idempotency-Key` header; one made
 * here when neither is given. Ids compare in lower case.
 */
export function eventIdOf(body: Readonly<Record<string, unknown>>, idempotencyKey: string | undefined): EventId {
  const inBody = typeof body['event_id'] === 'string' ? body['event_id'].toLowerCase() : undefined;
  if (idempotencyKey === undefined)
    return inBody === undefined ? { id: newEventId(), fromSender: false } : { id: inBody, fromSender: true };
  if (!UUID.test(idempotencyKey))
    return { errors: [{ pointer: '/event_id', code: 'uuid', message: 'the Idempotency-Key header must be a UUID' }] };
  const inHeader = idempotencyKey.toLowerCase();
  if (inBody !== undefined && inBody !== inHeader) {
    return {
      errors: [
        { pointer: '/event_id', code: 'idempotency_key_differs', message: 'event_id and the Idempotency-Key header must be the same' },
      ],
    };
  }
  return { id: inHeader, fromSender: true };
}

/** In a batch the header names the whole: entries without an id get one derived from it and their place, the same at every retry. */
export function batchEventIdOf(body: Readonly<Record<string, unknown>>, idempotencyKey: string | undefined, index: number): EventId {
  if (idempotencyKey === undefined || typeof body['event_id'] === 'string') return eventIdOf(body, undefined);
  if (!UUID.test(idempotencyKey)) return eventIdOf(body, idempotencyKey);
  return { id: v5(String(index), idempotencyKey), fromSender: true };
}
