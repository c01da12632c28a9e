import { PROBLEMS, type JsonSchema, type ProblemCode } from '@picly/contracts';
import type { Operation } from './operation';

export const API_VERSION = '1.0.0';

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
}

export interface OpenApiParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly 'x-scope': string;
  readonly parameters?: readonly OpenApiParameter[];
  readonly requestBody?: { readonly required: true; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

const SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  AsOf: {
    type: 'object',
    description: 'How fresh the answer is.',
    required: ['event_time', 'lag_events', 'lag_ms', 'at'],
    properties: {
      event_time: {
        type: ['string', 'null'],
        format: 'date-time',
        description: 'Event time of the latest event folded; null before the first.',
      },
      lag_events: { type: 'integer', minimum: 0, description: 'Events of the log that the view has yet to fold.' },
      lag_ms: { type: 'number', minimum: 0, description: 'How long the oldest of them has at least been waiting, milliseconds.' },
      at: { type: 'string', format: 'date-time', description: 'When the end of the log was looked at.' },
    },
  },
  FieldError: {
    type: 'object',
    required: ['pointer', 'code', 'message'],
    properties: {
      pointer: { type: 'string', description: 'RFC 6901 pointer into the body, or /name of a query parameter.' },
      code: { type: 'string' },
      message: { type: 'string' },
    },
  },
  Problem: {
    type: 'object',
    description: 'RFC 9457.',
    required: ['type', 'title', 'status', 'code'],
    properties: {
      type: { type: 'string', format: 'uri-reference' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string' },
      instance: { type: 'string' },
      code: { type: 'string', enum: Object.keys(PROBLEMS) },
      errors: { type: 'array', items: { $ref: '#/components/schemas/FieldError' } },
    },
  },
};

function pathParameters(path: string): OpenApiParameter[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => ({
    name: match[1] ?? '',
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters({ query, queryDefaults = {} }: Operation): OpenApiParameter[] {
  const required = new Set((query?.['required'] ?? []) as readonly string[]);
  return Object.entries((query?.['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>).map(
    ([name, { description, ...schema }]) => ({
      name,
      in: 'query',
      required: required.has(name),
      ...(typeof description === 'string' && { description }),
      schema: queryDefaults[name] === undefined ? schema : { ...schema, default: queryDefaults[name] },
    }),
  );
}

function headerParameters({ headers = [] }: Operation): OpenApiParameter[] {
  return headers.map((header) => ({ ...header, in: 'header', required: false }));
}

function answerContent(operation: Operation): Content | undefined {
  if (operation.answer === undefined) return undefined;
  return {
    [operation.mediaType ?? 'application/json']: { schema: operation.answer },
    ...(operation.list === true && { 'text/csv': { schema: { type: 'string' } }, 'application/x-ndjson': { schema: { type: 'string' } } }),
  };
}

function problemResponses(codes: readonly ProblemCode[]): OpenApiOperation['responses'] {
  const all = [...new Set<ProblemCode>([...codes, 'internal'])];
  const statuses = [...new Set(all.map((code) => PROBLEMS[code].status))].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      {
        description: all
          .filter((code) => PROBLEMS[code].status === status)
          .map((code) => `${code}: ${PROBLEMS[code].title}`)
          .join('; '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

function documented(operation: Operation): OpenApiOperation {
  const parameters = [...pathParameters(operation.path), ...queryParameters(operation), ...headerParameters(operation)];
  const content = answerContent(operation);
  return {
    operationId: operation.operationId,
    summary: operation.summary,
    ...(operation.description !== undefined && { description: operation.description }),
    tags: [operation.tag],
    security: operation.scope === 'public' ? [] : [{ key: [] }],
    'x-scope': operation.scope,
    ...(parameters.length > 0 && { parameters }),
    ...(operation.body && { requestBody: { required: true as const, content: { 'application/json': { schema: operation.body } } } }),
    responses: {
      [String(operation.status)]: { description: operation.summary, ...(content && { content }) },
      ...problemResponses(operation.problems),
    },
  };
}

const order = (a: Operation, b: Operation): number =>
  a.path === b.path ? a.method.localeCompare(b.method, 'en') : a.path < b.path ? -1 : 1;

function pathsOf(operations: readonly Operation[]): OpenApiDocument['paths'] {
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const operation of [...operations].sort(order)) {
    const path = (paths[operation.path] ??= {});
    path[operation.method] = documented(operation);
  }
  return paths;
}

/** The document of these operations; the same operations in any order give the same text. */
export function documentOf(operations: readonly Operation[]): OpenApiDocument {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Picly analytics',
      version: API_VERSION,
      description:
        'Events in, read models out. Writes answer 202 once the log has the event durably; every error is application/problem+json.',
    },
    tags: [...new Set(operations.map(({ tag }) => tag))].sort().map((name) => ({ name })),
    paths: pathsOf(operations),
    components: {
      schemas: SCHEMAS,
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'A key with the scope given as x-scope.' } },
    },
  };
}
