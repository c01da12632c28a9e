import { RequestMethod, type INestApplication, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { ModulesContainer } from '@nestjs/core';
import { schemaOf, type JsonSchema, type ProblemCode } from '@picly/contracts';
import { scopeOf, type RequiredScope } from '../auth/auth.guard';
import { queryOf } from '../query/valid-query';
import { VIEWS } from '../view/view.decorator';
import { answersOf, type AnswersSpec } from './answers';
import type { Operation } from './operation';
import { toSchema } from './to-schema';

const METHODS: Readonly<Partial<Record<RequestMethod, Operation['method']>>> = {
  [RequestMethod.GET]: 'get',
  [RequestMethod.POST]: 'post',
  [RequestMethod.PUT]: 'put',
  [RequestMethod.PATCH]: 'patch',
  [RequestMethod.DELETE]: 'delete',
};

const POSITION_HEADER = {
  name: 'X-Picly-After',
  description: 'A position from a write: the answer waits until it is folded, or is 503 not_caught_up.',
  schema: { type: 'string' },
};

const AS_OF: JsonSchema = { $ref: '#/components/schemas/AsOf' };

interface Route {
  readonly controller: Type;
  readonly name: string;
  readonly handler: object;
  readonly method: Operation['method'];
  readonly path: string;
}

function asList(path: unknown): string[] {
  return typeof path === 'string' ? [path] : Array.isArray(path) ? (path as string[]) : [''];
}

const joined = (...parts: readonly string[]): string =>
  `/${parts
    .flatMap((part) => part.split('/'))
    .filter(Boolean)
    .join('/')}`;

function routesOf(controller: Type): Route[] {
  const prototype = controller.prototype as Record<string, unknown>;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler = name === 'constructor' ? undefined : prototype[name];
    if (typeof handler !== 'function') return [];
    const method = METHODS[Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod];
    if (method === undefined) return [];
    const prefixes = asList(Reflect.getMetadata(PATH_METADATA, controller));
    const paths = asList(Reflect.getMetadata(PATH_METADATA, handler));
    return prefixes.flatMap((prefix) => paths.map((path) => ({ controller, name, handler, method, path: joined(prefix, path) })));
  });
}

function answerSchema(spec: AnswersSpec, isView: boolean): JsonSchema | undefined {
  if (spec.row !== undefined) {
    return {
      type: 'object',
      required: ['data', 'next_cursor', ...(isView ? ['as_of'] : [])],
      properties: {
        data: { type: 'array', items: toSchema(spec.row) },
        next_cursor: { type: ['string', 'null'] },
        ...(isView && { as_of: AS_OF }),
      },
    };
  }
  if (spec.body === undefined) return undefined;
  const schema = toSchema(spec.body);
  if (!isView || schema['type'] !== 'object') return schema;
  return { ...schema, properties: { ...(schema['properties'] as object | undefined), as_of: AS_OF } };
}

function problemsOf(
  spec: AnswersSpec,
  about: { readonly scope: RequiredScope; readonly isView: boolean; readonly hasQuery: boolean },
): ProblemCode[] {
  const codes = new Set<ProblemCode>(spec.problems ?? []);
  if (about.hasQuery) codes.add('invalid_query');
  if (about.isView) codes.add('invalid_position').add('not_caught_up');
  if (about.isView && spec.row !== undefined) codes.add('not_acceptable');
  if (spec.accepts !== undefined) codes.add('malformed_json').add('validation_failed').add('body_too_large').add('unsupported_media_type');
  if (about.scope !== 'public') codes.add('unauthenticated').add('forbidden');
  return [...codes].sort();
}

const words = (text: string): string => text.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();

function operationOf(route: Route): Operation {
  const { controller, handler, method, name } = route;
  const spec = answersOf(handler) ?? { summary: words(name).replaceAll('-', ' ') };
  const subject = controller.name.replace(/Controller$/, '');
  const declared = queryOf(controller.prototype as object, name);
  const isView = Reflect.hasMetadata(VIEWS, handler) || Reflect.hasMetadata(VIEWS, controller);
  const scope = scopeOf({ handler, controller, method: method.toUpperCase(), path: route.path });
  const answer = answerSchema(spec, isView);
  return {
    method,
    path: route.path.replace(/:([A-Za-z_]\w*)/g, '{$1}'),
    operationId: `${subject.charAt(0).toLowerCase()}${subject.slice(1)}_${name}`,
    summary: spec.summary,
    ...(spec.description !== undefined && { description: spec.description }),
    tag: spec.tag ?? words(subject),
    scope,
    ...(declared && { query: schemaOf(declared), queryDefaults: { ...new declared() } }),
    ...(isView && { headers: [POSITION_HEADER] }),
    ...(spec.accepts && { body: toSchema(spec.accepts) }),
    status: spec.status ?? (method === 'post' ? 201 : 200),
    ...(answer && { answer }),
    list: isView && spec.row !== undefined,
    ...(spec.mediaType !== undefined && { mediaType: spec.mediaType }),
    problems: problemsOf(spec, { scope, isView, hasQuery: declared !== undefined }),
  };
}

/** Every operation of the application's controllers. */
export function collectOperations(app: INestApplication): Operation[] {
  const controllers = new Set<Type>();
  for (const module of app.get(ModulesContainer).values()) {
    for (const { metatype } of module.controllers.values()) if (typeof metatype === 'function') controllers.add(metatype as Type);
  }
  return [...controllers].flatMap(routesOf).map(operationOf);
}
