import replyFrom from '@fastify/reply-from';
import { authorize, INTERNAL_HEADER, ProblemError, type Authenticator } from '@picly/platform';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { allowOrigin, type OriginDirectory } from '../ingest/http/cors';
import { API } from '../ingest/http/ingest-routes';
import { READING_CALLS, SERVICE_PATHS } from './service-paths';

export interface ProxyDeps {
  /** Base URL by service; empty when every service runs in this process. */
  readonly services: ReadonlyMap<string, string>;
  readonly internalToken: string | undefined;
  readonly authenticator: Authenticator;
  readonly origins: OriginDirectory;
}

const RETRY_AFTER_SECONDS = 2;
const ADMINISTERING = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const READING = new Set(['GET', 'HEAD']);
/** Longer than any service lets a reader wait for a position. */
const ANSWER_TIMEOUT_MS = 70_000;

/** Keys stay here: a service sees that its gateway asks, and nothing of the caller. */
function forwardedHeaders(headers: IncomingHttpHeaders, internalToken: string | undefined): IncomingHttpHeaders {
  const { authorization: _key, cookie: _cookie, 'content-encoding': _encoding, [INTERNAL_HEADER]: _internal, ...rest } = headers;
  return internalToken === undefined ? rest : { ...rest, [INTERNAL_HEADER]: internalToken };
}

const scopeOf = (request: FastifyRequest): 'read' | 'admin' =>
  READING.has(request.method) && !request.url.startsWith(`${API}/admin/`) ? 'read' : 'admin';

function unreachable(name: string, cause: unknown): ProblemError {
  return new ProblemError('service_unavailable', {
    detail: `the service ${name} does not answer now`,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    cause,
  });
}

const scopedTo = (deps: ProxyDeps, scope: (request: FastifyRequest) => 'read' | 'admin') =>
  async function onRequest(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    await allowOrigin(request, reply, deps.origins);
    await authorize(deps.authenticator, request, scope(request));
  };

/** Sends the paths of other services to them. Rejects at start when a service has no paths. */
export async function registerProxyRoutes(fastify: FastifyInstance, deps: ProxyDeps): Promise<void> {
  if (deps.services.size === 0) return;
  await fastify.register(replyFrom, { undici: { headersTimeout: ANSWER_TIMEOUT_MS, bodyTimeout: ANSWER_TIMEOUT_MS } });
  for (const [name, base] of deps.services) {
    const paths = SERVICE_PATHS[name];
    if (!paths) throw new Error(`SERVICES names ${name}, which answers no paths: it may name ${Object.keys(SERVICE_PATHS).join(', ')}`);
    const handler = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
      reply.from(`${base}${request.url}`, {
        // Parsed here, whatever it was sent as: a body goes on as plain JSON.
        ...(request.body !== undefined && { body: request.body }),
        rewriteRequestHeaders: (_request, headers) => forwardedHeaders(headers, deps.internalToken),
        onError: (failed, { error }) => void failed.send(unreachable(name, error)),
      });
    for (const { path, limitBytes: bodyLimit } of READING_CALLS[name] ?? []) {
      const onRequest = scopedTo(deps, () => 'read');
      fastify.route({ method: 'POST', url: `${API}/${path}`, onRequest, handler, ...(bodyLimit !== undefined && { bodyLimit }) });
    }
    for (const path of paths) {
      for (const url of [`${API}/${path}`, `${API}/${path}/*`]) {
        fastify.route({ method: path.startsWith('admin/') ? ADMINISTERING : ['GET'], url, onRequest: scopedTo(deps, scopeOf), handler });
      }
    }
  }
}
