import { whenKnown, type Authenticator, type MaybeLater } from '@picly/platform';
import type { FastifyInstance, FastifyRequest, onRequestHookHandler, RouteHandlerMethod } from 'fastify';
import { EVENTS_BY_HTTP_NAME } from '@picly/contracts';
import { MAX_BATCH_BYTES } from './batch-body';
import { allowOrigin, answerPreflight, type OriginDirectory } from './cors';
import { takeBatch, takeSingle, type BatchAnswer, type IngestDeps, type SingleAnswer, type WriteRequest } from './ingest-handlers';
import { authoriseWriter, type Writer } from './writer';

/** The beginning of every path of the public API. */
export const API = '/api/analytics';

export interface IngestRoutesDeps extends IngestDeps {
  readonly authenticator: Authenticator;
  readonly origins: OriginDirectory;
}

const JSON_TYPE = 'application/json; charset=utf-8';

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function writeRequestOf(request: FastifyRequest, writer: Writer): WriteRequest {
  return {
    writer,
    address: request.ip,
    userAgent: headerOf(request, 'user-agent'),
    idempotencyKey: headerOf(request, 'idempotency-key'),
    body: request.body,
  };
}

const WRITER = Symbol('picly:writer');

/** Answers with what `take` resolves to. No async handler: Fastify would wait for the answer it has just sent. */
function answering(take: (request: WriteRequest) => Promise<SingleAnswer | BatchAnswer>): RouteHandlerMethod {
  return (request, reply) => {
    take(writeRequestOf(request, request.getDecorator<Writer>(WRITER)))
      .then((answer) => void reply.status(202).type(JSON_TYPE).send(JSON.stringify(answer)))
      .catch((error: unknown) => void reply.send(error));
  };
}

/**
 * The write calls, straight on Fastify: they are the hot path, and every event type shares one handler. Who asks is known
 * before a byte of the body is read.
 */
export function registerIngestRoutes(fastify: FastifyInstance, deps: IngestRoutesDeps): void {
  fastify.decorateRequest(WRITER, null);
  const authorise = (request: FastifyRequest): MaybeLater<void> =>
    whenKnown(authoriseWriter(request, deps.authenticator), (writer) => request.setDecorator(WRITER, writer));
  // A hook that resolves later costs: the body arrives meanwhile and has to be put aside.
  const onRequest: onRequestHookHandler = (request, reply, done) => {
    const authorised =
      request.headers.origin === undefined ? authorise(request) : allowOrigin(request, reply, deps.origins).then(() => authorise(request));
    if (authorised instanceof Promise) authorised.then(() => done(), done);
    else done();
  };
  for (const [name, definition] of EVENTS_BY_HTTP_NAME) {
    fastify.post(
      `${API}/${name}`,
      { onRequest },
      answering((request) => takeSingle(definition, request, deps)),
    );
  }
  fastify.post(
    `${API}/batch`,
    { onRequest, bodyLimit: MAX_BATCH_BYTES },
    answering((request) => takeBatch(request, deps)),
  );
  fastify.options(`${API}/*`, async (request, reply) => {
    await allowOrigin(request, reply, deps.origins);
    answerPreflight(reply);
    return reply;
  });
}
