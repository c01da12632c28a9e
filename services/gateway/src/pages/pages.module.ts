import { Inject, Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AUTHENTICATOR, LOGGER, provideQueries, type Authenticator, type Logger } from '@picly/platform';
import type { FastifyInstance } from 'fastify';
import { LiveHub } from '../live/live-hub';
import { registerLiveRoute } from '../live/live-route';
import { MovementQueries } from '../live/movement.queries';
import { registerPageRoutes } from './page-routes';
import { WebFiles } from './web-files';

/** The dashboard's files, and what keeps its figures moving. */
@Module({
  providers: [
    provideQueries(MovementQueries),
    {
      provide: LiveHub,
      useFactory: (movement: MovementQueries, logger: Logger) =>
        new LiveHub({
          views: () => movement.views(),
          clock: Date.now,
          onError: (err) => logger.debug({ err }, 'could not see which views moved'),
        }),
      inject: [MovementQueries, LOGGER],
    },
  ],
})
export class PagesModule implements OnModuleInit, OnModuleDestroy {
  @Inject(AUTHENTICATOR) private readonly authenticator!: Authenticator;
  @Inject(LOGGER) private readonly logger!: Logger;
  private endLive: (() => void) | undefined;

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly hub: LiveHub,
  ) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    registerPageRoutes(fastify, new WebFiles());
    this.endLive = registerLiveRoute(fastify, { hub: this.hub, authenticator: this.authenticator, logger: this.logger });
  }

  /** Before the server waits for answers under way: these would never end by themselves. */
  onModuleDestroy(): void {
    this.endLive?.();
    this.hub.stop();
  }
}
