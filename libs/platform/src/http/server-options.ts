import type { ServerOptions } from 'node:http';
import type { FastifyServerOptions } from 'fastify';
import { answerClientError } from '../problem/client-error';
import { asProblem } from '../problem/as-problem';
import { problemBody, problemHeaders } from '../problem/problem-body';
import { DEFAULT_BODY_LIMIT } from './body';

const KEEP_ALIVE_MS = 72_000;
const LONGEST_PARAMETER = 512;
const MOST_CHECK_INTERVAL_MS = 5_000;

/** How the HTTP server behaves before any route of ours is asked. */
export function serverOptions(requestTimeoutMs: number): FastifyServerOptions & { skipMiddie: true; http: ServerOptions } {
  return {
    skipMiddie: true,
    bodyLimit: DEFAULT_BODY_LIMIT,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    routerOptions: { maxParamLength: LONGEST_PARAMETER, ignoreTrailingSlash: false },
    exposeHeadRoutes: true,
    // A request that arrives on an open connection while stopping is still answered, then the connection closes.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    http: {
      connectionsCheckingInterval: Math.min(MOST_CHECK_INTERVAL_MS, Math.ceil(requestTimeoutMs / 4)),
      headersTimeout: requestTimeoutMs,
    },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => {
      const problem = asProblem(error);
      const body = JSON.stringify(problemBody(problem, request.raw.url));
      reply.raw.writeHead(problem.status, { ...problemHeaders(problem), 'content-length': Buffer.byteLength(body) }).end(body);
    },
  };
}
