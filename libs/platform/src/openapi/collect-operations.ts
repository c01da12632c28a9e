import { RequestMethod, type DynamicModule, type Type } from '@nestjs/common';
import { HTTP_CODE_METADATA, METHOD_METADATA, MODULE_METADATA, PATH_METADATA } from '@nestjs/common/constants';
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

/** What `@Answers` says, as far as it says it. */
function described(spec: AnswersSpec, isView: boolean): Partial<Operation> {
  const answer = answerSchema(spec, isView);
  return {
    ...(spec.description !== undefined && { description: spec.description }),
    ...(spec.accepts && { body: toSchema(spec.accepts) }),
    ...(answer && { answer }),
    ...(spec.mediaType !== undefined && { mediaType: spec.mediaType }),
    list: isView && spec.row !== undefined,
  };
}

function statusOf(route: Route, spec: AnswersSpec): number {
  const declared = Reflect.getMetadata(HTTP_CODE_METADATA, route.handler) as number | undefined;
  return spec.status ?? declared ?? (route.method === 'post' ? 201 : 200);
}

function operationOf(route: Route): Operation {
  const { controller, handler, method, name } = route;
  const spec = answersOf(handler) ?? { summary: words(name).replaceAll('-', ' ') };
  const subject = controller.name.replace(/Controller$/, '');
  const declared = queryOf(controller.prototype as object, name);
  const isView = Reflect.hasMetadata(VIEWS, handler) || Reflect.hasMetadata(VIEWS, controller);
  const scope = scopeOf({ handler, controller, method: method.toUpperCase(), path: route.path });
  return {
    ...described(spec, isView),
    method,
    path: route.path.replace(/:([A-Za-z_]\w*)/g, '{$1}'),
    operationId: `${subject.charAt(0).toLowerCase()}${subject.slice(1)}_${name}`,
    summary: spec.summary,
    tag: spec.tag ?? words(subject),
    scope,
    ...(declared && { query: schemaOf(declared), queryDefaults: { ...new declared() } }),
    ...(isView && { headers: [POSITION_HEADER] }),
    status: statusOf(route, spec),
    problems: problemsOf(spec, { scope, isView, hasQuery: declared !== undefined }),
  };
}

type ModuleReference = Type | DynamicModule;

function controllersBelow(module: ModuleReference, found: Set<Type>, seen: Set<unknown>): void {
  if (seen.has(module)) return;
  seen.add(module);
  const dynamic = typeof module === 'function' ? undefined : module;
  const type = typeof module === 'function' ? module : module.module;
  const declared = (key: string): unknown[] => (Reflect.getMetadata(key, type) as unknown[] | undefined) ?? [];
  for (const controller of [...declared(MODULE_METADATA.CONTROLLERS), ...(dynamic?.controllers ?? [])]) found.add(controller as Type);
  for (const imported of [...declared(MODULE_METADATA.IMPORTS), ...(dynamic?.imports ?? [])])
    controllersBelow(imported as ModuleReference, found, seen);
}

/** Every operation of the controllers in these modules and what they import; nothing has to run for it. */
export function collectOperations(modules: readonly ModuleReference[]): Operation[] {
  const controllers = new Set<Type>();
  const seen = new Set<unknown>();
  for (const module of modules) controllersBelow(module, controllers, seen);
  return [...controllers].flatMap(routesOf).map(operationOf);
}
