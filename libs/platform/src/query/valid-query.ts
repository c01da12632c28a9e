import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { DeclaredClass } from '@picly/contracts';
import type { FastifyRequest } from 'fastify';
import { parseQuery } from './parse-query';

const QUERY = Symbol('picly:query');

const bind = createParamDecorator((declared: DeclaredClass, context: ExecutionContext) =>
  parseQuery(declared, context.switchToHttp().getRequest<FastifyRequest>().query as Readonly<Record<string, string | string[]>>),
);

/** The query string as an instance of the class: coerced, validated, defaults filled in; unknown parameters are refused. */
export function ValidQuery(declared: DeclaredClass): ParameterDecorator {
  const decorate = bind(declared);
  return (target, method, index) => {
    decorate(target, method, index);
    if (method !== undefined) Reflect.defineMetadata(QUERY, declared, target, method);
  };
}

/** The class that a controller method was given with `@ValidQuery`. */
export function queryOf(prototype: object, method: string): DeclaredClass | undefined {
  return Reflect.getMetadata(QUERY, prototype, method) as DeclaredClass | undefined;
}
