import type { IncomingHttpHeaders } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Logger } from '../logging/logger';
import { nothingAt, sendProblem } from '../problem/problem.filter';
import { installBodyParsers } from './body';
import { installCompression } from './compress';
import { RouteTable } from './route-table';
import { serverOptions } from './server-options';

export interface AdapterOptions {
  readonly logger: Logger;
  readonly requestTimeoutMs: number;
}

const LARGEST_DISCARDED = 64 * 1_048_576;

/**
 * Whether the rest of a body that is too large is better read and thrown away: a connection closed while the client still sends is
 * reset, and many clients then never see the answer.
 */
function isWorthReading(error: unknown, headers: IncomingHttpHeaders): boolean {
  const isTooLarge = typeof error === 'object' && error !== null && 'code' in error && error.code === 'FST_ERR_CTP_BODY_TOO_LARGE';
  return isTooLarge && headers['content-encoding'] === undefined && Number(headers['content-length']) <= LARGEST_DISCARDED;
}

/** Nest on Fastify, with our own answers to whatever goes wrong outside controllers. */
export class HttpAdapter extends FastifyAdapter {
  readonly #routes = new RouteTable();
  readonly #logger: Logger;

  constructor(options: AdapterOptions) {
    super(serverOptions(options.requestTimeoutMs));
    this.#logger = options.logger;
    const fastify: FastifyInstance = this.getInstance();
    fastify.addHook('onRoute', ({ url, method }) => this.#routes.add(url, method));
    installBodyParsers(fastify);
    installCompression(fastify);
  }

  /** Nest would wrap Fastify's errors and lose their codes. */
  override setErrorHandler(): ReturnType<FastifyAdapter['setErrorHandler']> {
    return this.getInstance().setErrorHandler((error, request, reply) => {
      if (isWorthReading(error, request.headers)) reply.removeHeader('connection');
      sendProblem(error, request, reply, this.#logger);
    });
  }

  override setNotFoundHandler(): ReturnType<FastifyAdapter['setNotFoundHandler']> {
    return this.getInstance().setNotFoundHandler((request, reply) =>
      sendProblem(nothingAt(request, this.#routes), request, reply, this.#logger),
    );
  }
}
