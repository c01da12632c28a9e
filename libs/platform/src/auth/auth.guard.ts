import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from '../problem/problem-error';
import type { Authenticator } from './authenticate';
import { allows, type Caller, type Scope } from './key-store';

const REQUIRED_SCOPE = Symbol('picly:scope');
const ADMIN_PATH = /\/admin(\/|$)/;

/** `public` lets everybody in, without a key. */
export type RequiredScope = Scope | 'public';

/** The scope a controller or method needs, where it is not what follows from the route (see `scopeOf`). */
export const RequireScope = (scope: RequiredScope): ClassDecorator & MethodDecorator => SetMetadata(REQUIRED_SCOPE, scope);

function declaredScope(handler: object, controller: object): RequiredScope | undefined {
  return (Reflect.getMetadata(REQUIRED_SCOPE, handler) ?? Reflect.getMetadata(REQUIRED_SCOPE, controller)) as RequiredScope | undefined;
}

/** What is declared; else admin below an `admin` path and for everything that changes something; else read. */
export function scopeOf(route: {
  readonly handler: object;
  readonly controller: object;
  readonly method: string;
  readonly path: string;
}): RequiredScope {
  const declared = declaredScope(route.handler, route.controller);
  if (declared !== undefined) return declared;
  const reads = route.method === 'GET' || route.method === 'HEAD';
  return reads && !ADMIN_PATH.test(route.path) ? 'read' : 'admin';
}

const callers = new WeakMap<FastifyRequest, Caller>();

/** Who made this request; known once the guard let it pass. */
export const callerOf = (request: FastifyRequest): Caller | undefined => callers.get(request);

/** Throws unless the caller of the request may do what needs the scope. Also for routes outside Nest. */
export async function authorize(authenticator: Authenticator, request: FastifyRequest, scope: Scope): Promise<Caller> {
  const { headers, method, socket } = request;
  const caller = await authenticator.authenticate({ headers, method, remoteAddress: socket.remoteAddress });
  if (!allows(caller, scope)) throw new ProblemError('forbidden', { detail: `this needs a key with scope ${scope}` });
  callers.set(request, caller);
  return caller;
}

@Injectable()
export class AuthGuard implements CanActivate {
  constructor(private readonly authenticator: Authenticator) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const path = request.routeOptions.url ?? request.url;
    const scope = scopeOf({ handler: context.getHandler(), controller: context.getClass(), method: request.method, path });
    if (scope !== 'public') await authorize(this.authenticator, request, scope);
    return true;
  }
}
