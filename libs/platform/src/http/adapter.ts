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
    return this.getInstance().setErrorHandler((error, request, reply) => sendProblem(error, request, reply, this.#logger));
  }

  override setNotFoundHandler(): ReturnType<FastifyAdapter['setNotFoundHandler']> {
    return this.getInstance().setNotFoundHandler((request, reply) =>
      sendProblem(nothingAt(request, this.#routes), request, reply, this.#logger),
    );
  }
}
