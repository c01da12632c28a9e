import { Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { DatabasePool } from '@picly/database';
import type { EventLog } from '@picly/event-log';
import type { PersonKeys } from '@picly/personal-data';
import {
  AUTHENTICATOR,
  CONFIG,
  EVENT_LOG,
  FRESHNESS,
  KEY_STORE,
  OpenApiSource,
  PERSON_KEYS,
  POOL,
  provideQueries,
  type Authenticator,
  type ServiceDefinition,
} from '@picly/platform';
import type { ViewFreshness } from '@picly/projections';
import type { FastifyInstance } from 'fastify';
import { DeadLettersController } from './admin/dead-letters.controller';
import { DeadLettersQueries } from './admin/dead-letters.queries';
import { Settlement } from './admin/dead-letters/settlement';
import { SettlingController } from './admin/dead-letters/settling.controller';
import { ErasureAdminModule } from './admin/erasure/erasure-admin.module';
import { ProjectionsAdminModule } from './admin/projections/projections-admin.module';
import { ASK_OPERATION, registerAskRoute } from './ask/ask-route';
import { Asks1795430400000 } from './ask/1795430400000-asks.migration';
import { AsksQueries } from './ask/asks.queries';
import type { GatewayConfig } from './config';
import { ExperimentNotices1796000000002 } from './experiments/notify/1796000000002-experiment-notices.migration';
import { DefinitionsDirectory } from './experiments/definitions-document';
import { DEFINITIONS_OPERATION, registerDefinitionsRoute } from './experiments/definitions-route';
import { ExperimentsAdminModule } from './experiments/experiments-admin.module';
import { experimentRegistry } from './experiments/registry.projection';
import { Variants } from './experiments/variants';
import { INGEST_OPERATIONS } from './ingest/http/ingest-operations';
import { registerIngestRoutes } from './ingest/http/ingest-routes';
import { RecentlyAccepted } from './ingest/recently-accepted';
import { DashboardController } from './dashboard/dashboard.controller';
import { WritePath } from './ingest/write-path';
import { ApiKeys1790000000000 } from './keys/1790000000000-api-keys.migration';
import { ApiKeysQueries } from './keys/api-keys.queries';
import { KeyAdministration } from './keys/key-administration';
import { KeyDirectory } from './keys/key-directory';
import { KeysController } from './keys/keys.controller';
import { LIVE_OPERATION } from './live/live-route';
import { PagesModule } from './pages/pages.module';
import { documentsBehind } from './proxy/documents-behind';
import { registerProxyRoutes } from './proxy/proxy-routes';
import { Sessions1795344000000 } from './session/1795344000000-sessions.migration';
import { SettingsController } from './settings/settings.controller';
import { SessionController } from './session/session.controller';
import { SessionsQueries } from './session/sessions.queries';
import { ReceiptLookup } from './views/receipts/receipt-lookup';
import { ReceiptsController } from './views/receipts/receipts.controller';
import { receipts } from './views/receipts/receipts.projection';
import { ReceiptsQueries } from './views/receipts/receipts.queries';

const RECENTLY_ACCEPTED_EVENTS = 20_000;

/** Where an event that came before may be known. */
interface KnownEvents {
  readonly receipts: ReceiptsQueries;
  readonly deadLetters: DeadLettersQueries;
  readonly recent: RecentlyAccepted;
}
const KNOWN_EVENTS = Symbol('gateway:known-events');

@Module({
  imports: [PagesModule, ExperimentsAdminModule, ProjectionsAdminModule, ErasureAdminModule],
  controllers: [
    SessionController,
    SettingsController,
    KeysController,
    ReceiptsController,
    DeadLettersController,
    SettlingController,
    DashboardController,
  ],
  providers: [
    provideQueries(ApiKeysQueries),
    provideQueries(SessionsQueries),
    provideQueries(ReceiptsQueries),
    provideQueries(AsksQueries),
    provideQueries(DeadLettersQueries),
    {
      provide: Settlement,
      useFactory: (pool: DatabasePool, keys: PersonKeys, deadLetters: DeadLettersQueries, config: GatewayConfig) =>
        new Settlement({ pool, keys, deadLetters, tags: new Set(config.TAGS) }),
      inject: [POOL, PERSON_KEYS, DeadLettersQueries, CONFIG],
    },
    {
      provide: KeyDirectory,
      useFactory: (queries: ApiKeysQueries, sessions: SessionsQueries, config: GatewayConfig) =>
        new KeyDirectory(queries, { sessions, adminKey: config.ADMIN_KEY }),
      inject: [ApiKeysQueries, SessionsQueries, CONFIG],
    },
    { provide: KEY_STORE, useExisting: KeyDirectory },
    {
      provide: KeyAdministration,
      useFactory: (pool: DatabasePool, directory: KeyDirectory) => new KeyAdministration(pool.url, directory),
      inject: [POOL, KeyDirectory],
    },
    {
      provide: KNOWN_EVENTS,
      useFactory: (receiptsQueries: ReceiptsQueries, deadLetters: DeadLettersQueries): KnownEvents => ({
        receipts: receiptsQueries,
        deadLetters,
        recent: new RecentlyAccepted(RECENTLY_ACCEPTED_EVENTS),
      }),
      inject: [ReceiptsQueries, DeadLettersQueries],
    },
    {
      provide: ReceiptLookup,
      useFactory: (known: KnownEvents, freshness: ViewFreshness) => new ReceiptLookup({ ...known, freshness }),
      inject: [KNOWN_EVENTS, FRESHNESS],
    },
    {
      provide: WritePath,
      useFactory: (config: GatewayConfig, log: EventLog, keys: PersonKeys, known: KnownEvents) =>
        new WritePath(config, { ...known, log, keys }),
      inject: [CONFIG, EVENT_LOG, PERSON_KEYS, KNOWN_EVENTS],
    },
  ],
})
export class GatewayModule implements OnModuleInit, OnApplicationShutdown {
  @Inject(CONFIG) private readonly config!: GatewayConfig;
  @Inject(DefinitionsDirectory) private readonly definitions!: DefinitionsDirectory;
  @Inject(Variants) private readonly variants!: Variants;
  @Inject(AUTHENTICATOR) private readonly authenticator!: Authenticator;
  @Inject(AsksQueries) private readonly asks!: AsksQueries;

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly directory: KeyDirectory,
    private readonly writePath: WritePath,
    private readonly openApi: OpenApiSource,
  ) {}

  async onModuleInit(): Promise<void> {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    const door = { authenticator: this.authenticator, origins: this.directory };
    registerIngestRoutes(fastify, { ...this.writePath.deps, variants: this.variants, ...door });
    const { limiter } = this.writePath.deps;
    registerAskRoute(fastify, { ...door, limiter, asks: this.asks, mostPerDay: this.config.ASKS_PER_DAY });
    this.openApi.standBefore(documentsBehind(this.config.SERVICES));
    registerDefinitionsRoute(fastify, { ...door, directory: this.definitions });
    await registerProxyRoutes(fastify, { ...door, services: this.config.SERVICES, internalToken: this.config.INTERNAL_TOKEN });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.writePath.drain();
  }
}

/** The one public door: takes events, and sends reads to where they are answered. */
export const gateway: ServiceDefinition = {
  name: 'gateway',
  module: GatewayModule,
  projections: [receipts, experimentRegistry],
  migrations: [
    { schema: 'runtime', migrations: [ApiKeys1790000000000, Asks1795430400000, Sessions1795344000000, ExperimentNotices1796000000002] },
  ],
  operations: [...INGEST_OPERATIONS, ASK_OPERATION, DEFINITIONS_OPERATION, LIVE_OPERATION],
};
