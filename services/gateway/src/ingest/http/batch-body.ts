import { EVENTS_BY_HTTP_NAME, type AnyEventDefinition, type FieldError } from '@picly/contracts';
import { ProblemError } from '@picly/platform';

/** Most events of a batch. */
export const MAX_BATCH_EVENTS = 1_000;
/** Largest body of a batch, bytes, after decompression. */
export const MAX_BATCH_BYTES = 5 * 1024 * 1024;

/** One entry of a batch: what it claims to be and its body, or why it is neither. */
export type BatchEntry =
  | { readonly definition: AnyEventDefinition; readonly body: Readonly<Record<string, unknown>> }
  | { readonly errors: readonly FieldError[]; readonly eventId?: string };

const NAMES = [...EVENTS_BY_HTTP_NAME.keys()].join(', ');

const invalid = (errors: readonly FieldError[]): ProblemError =>
  new ProblemError('validation_failed', { detail: errors.map((each) => each.message).join('; '), errors });

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The entries of a batch body. Throws a problem when it is no batch at all. */
export function batchEntriesOf(body: unknown): readonly unknown[] {
  if (!isObject(body)) throw invalid([{ pointer: '', code: 'object', message: 'the body must be a JSON object' }]);
  const unknown = Object.keys(body).filter((name) => name !== 'events');
  if (unknown.length > 0) throw invalid([{ pointer: '', code: 'unknown_field', message: 'the body may have the member events only' }]);
  const { events } = body;
  if (!Array.isArray(events) || events.length === 0) {
    throw invalid([
      {
        pointer: '/events',
        code: events === undefined ? 'required' : 'events',
        message: `events must be a list of 1 to ${MAX_BATCH_EVENTS} events`,
      },
    ]);
  }
  if (events.length > MAX_BATCH_EVENTS)
    throw new ProblemError('body_too_large', { detail: `A batch may have at most ${MAX_BATCH_EVENTS} events.` });
  return events;
}

/** Reads one entry; pointers are relative to it. */
export function batchEntryOf(entry: unknown): BatchEntry {
  if (!isObject(entry)) return { errors: [{ pointer: '', code: 'object', message: 'an event must be a JSON object' }] };
  const { type, ...body } = entry;
  const definition = typeof type === 'string' ? EVENTS_BY_HTTP_NAME.get(type) : undefined;
  if (definition) return { definition, body };
  const eventId = body['event_id'];
  return {
    errors: [{ pointer: '/type', code: type === undefined ? 'required' : 'one_of', message: `type must be one of ${NAMES}` }],
    ...(typeof eventId === 'string' && { eventId }),
  };
}
