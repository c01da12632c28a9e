import { EVENTS_BY_HTTP_NAME, schemaOf, type AnyEventDefinition, type JsonSchema, type ProblemCode } from '@picly/contracts';
import type { Operation } from '@picly/platform';
import { MAX_BATCH_EVENTS } from './batch-body';
import { API } from './ingest-routes';

const TAG = 'events';
const COMMON: readonly ProblemCode[] = [
  'malformed_json',
  'validation_failed',
  'unauthenticated',
  'forbidden',
  'origin_not_allowed',
  'request_timeout',
  'body_too_large',
  'unsupported_media_type',
  'rate_limited',
  'log_unavailable',
  'overloaded',
  'shutting_down',
];
const SINGLE: readonly ProblemCode[] = [...COMMON, 'event_in_flight', 'event_id_reused'];

const POSITION = { description: 'Send it as X-Picly-After with a read that must show this write.' };

const ACCEPTED: JsonSchema = {
  type: 'object',
  required: ['event_id', 'position'],
  properties: {
    event_id: { type: 'string', format: 'uuid' },
    position: { type: 'string', ...POSITION },
    deduplicated: { const: true, description: 'The id was known with the same body: nothing was appended.' },
  },
};

const FIELD_ERROR: JsonSchema = {
  type: 'object',
  required: ['pointer', 'code', 'message'],
  properties: { pointer: { type: 'string' }, code: { type: 'string' }, message: { type: 'string' } },
};

const BATCH_ANSWER: JsonSchema = {
  type: 'object',
  required: ['results', 'position'],
  properties: {
    results: {
      type: 'array',
      description: 'One per event, in the order sent.',
      items: {
        type: 'object',
        required: ['status'],
        properties: {
          event_id: { type: 'string' },
          status: { enum: ['accepted', 'rejected'] },
          deduplicated: { const: true },
          errors: { type: 'array', items: FIELD_ERROR, description: 'Pointers are relative to the event.' },
        },
      },
    },
    position: { type: ['string', 'null'], ...POSITION },
  },
};

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  description: 'The same as event_id. For a batch: makes the ids of its entries, the same at every retry.',
  schema: { type: 'string', format: 'uuid' },
};

const camel = (name: string): string => name.replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase());

function single(name: string, definition: AnyEventDefinition): Operation {
  return {
    method: 'post',
    path: `${API}/${name}`,
    operationId: `events_${camel(name)}`,
    summary: definition.summary,
    tag: TAG,
    scope: definition.http.browser ? 'ingest:browser' : 'ingest:server',
    headers: [IDEMPOTENCY_KEY],
    body: schemaOf(definition.body),
    status: 202,
    answer: ACCEPTED,
    problems: SINGLE,
  };
}

function entrySchema(name: string, definition: AnyEventDefinition): JsonSchema {
  const schema = schemaOf(definition.body);
  return {
    ...schema,
    required: ['type', ...(schema['required'] as readonly string[])],
    properties: { type: { const: name }, ...(schema['properties'] as object) },
  };
}

const batch: Operation = {
  method: 'post',
  path: `${API}/batch`,
  operationId: 'events_batch',
  summary: 'Many events in one request; good ones are kept when others are bad.',
  tag: TAG,
  scope: 'ingest:browser',
  headers: [IDEMPOTENCY_KEY],
  body: {
    type: 'object',
    required: ['events'],
    additionalProperties: false,
    properties: {
      events: {
        type: 'array',
        minItems: 1,
        maxItems: MAX_BATCH_EVENTS,
        items: { oneOf: [...EVENTS_BY_HTTP_NAME].map(([name, definition]) => entrySchema(name, definition)) },
      },
    },
  },
  status: 202,
  answer: BATCH_ANSWER,
  problems: COMMON,
};

/** The write calls, which are routed outside Nest, for the OpenAPI document. */
export const INGEST_OPERATIONS: readonly Operation[] = [
  ...[...EVENTS_BY_HTTP_NAME].map(([name, definition]) => single(name, definition)),
  batch,
];
