import { authorize, type Authenticator, type Logger, type Operation } from '@picly/platform';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { LiveHub } from './live-hub';

const HEARTBEAT_MS = 10_000;
const RECONNECT_MS = 1_000;
const LONGEST_STAMP = 4_096;
const PATH = '/api/analytics/live';

export const LIVE_OPERATION: Operation = {
  method: 'get',
  path: PATH,
  operationId: 'live',
  summary: 'Which views moved, as server-sent events',
  description:
    'Each `moved` event names the views that folded something since the one before, with the number of events folded and the time of the ' +
    'newest; the first names all of them. Reconnecting with Last-Event-ID takes up where the last event left off. A comment every ten seconds ' +
    'keeps the connection open.',
  tag: 'operations',
  scope: 'read',
  status: 200,
  answer: { type: 'string' },
  mediaType: 'text/event-stream',
  problems: ['unauthenticated', 'forbidden'],
};

export interface LiveRouteDeps {
  readonly hub: LiveHub;
  readonly authenticator: Authenticator;
  readonly logger: Logger;
}

function lastStamp({ 'last-event-id': id }: FastifyRequest['headers']): string | undefined {
  return typeof id === 'string' && id.length <= LONGEST_STAMP ? id : undefined;
}

/** Keeps an answer open; calling what is answered ends every open one. */
export function registerLiveRoute(fastify: FastifyInstance, deps: LiveRouteDeps): () => void {
  const open = new Set<FastifyReply>();
  fastify.get(PATH, async (request, reply) => {
    await authorize(deps.authenticator, request, 'read');
    reply.hijack();
    open.add(reply);
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    reply.raw.write(`retry: ${RECONNECT_MS}\n\n`);
    const unwatch = deps.hub.watch({ stamp: lastStamp(request.headers), send: (text) => void reply.raw.write(text) });
    const heartbeat = setInterval(() => void beat(request, reply, deps), HEARTBEAT_MS);
    reply.raw.on('close', () => {
      clearInterval(heartbeat);
      unwatch();
      open.delete(reply);
    });
  });
  return () => {
    for (const reply of open) reply.raw.end();
  };
}

/** Shows both sides that the other is there; a key revoked meanwhile ends the answer. */
async function beat(request: FastifyRequest, reply: FastifyReply, { authenticator, logger }: LiveRouteDeps): Promise<void> {
  try {
    await authorize(authenticator, request, 'read');
    reply.raw.write(': still here\n\n');
  } catch (err) {
    logger.debug({ err }, 'a live answer ended: its key may no longer read');
    reply.raw.end();
  }
}
