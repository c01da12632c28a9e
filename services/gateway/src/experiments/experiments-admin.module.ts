import { Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { DatabasePool } from '@picly/database';
import type { EventLog } from '@picly/event-log';
import { FirstArmsQueries } from '@picly/experiments';
import { CONFIG, EVENT_LOG, FRESHNESS, LOGGER, POOL, provideQueries, SERVICE_STATE, type Logger, type ServiceState } from '@picly/platform';
import type { ViewFreshness } from '@picly/projections';
import type { GatewayConfig } from '../config';
import { DefinitionsDirectory } from './definitions-document';
import { ExperimentAdministration } from './experiment-administration';
import { ExperimentWriter } from './experiment-writer';
import { ExperimentsAdminController } from './experiments-admin.controller';
import { OWN_KEY } from '../keys/own-key';
import { NoticesQueries } from './notify/notices.queries';
import { Notifier } from './notify/notifier';
import { ExperimentKeeper } from './rule/keeper';
import { ResultsClient } from './rule/results-client';
import { RegistryQueries } from './registry.queries';
import { Variants } from './variants';

/** What the keeper shares with the administration. */
interface KeeperParts {
  readonly registry: RegistryQueries;
  readonly writer: ExperimentWriter;
}
const KEEPER_PARTS = Symbol('gateway:experiment-keeper-parts');

/** Defining experiments, and what clients assign by. */
@Module({
  controllers: [ExperimentsAdminController],
  providers: [
    provideQueries(RegistryQueries),
    provideQueries(FirstArmsQueries),
    {
      provide: Variants,
      useFactory: (directory: DefinitionsDirectory, firstArms: FirstArmsQueries) => new Variants(directory, firstArms),
      inject: [DefinitionsDirectory, FirstArmsQueries],
    },
    {
      provide: ExperimentWriter,
      useFactory: (pool: DatabasePool, log: EventLog, freshness: ViewFreshness, config: GatewayConfig) =>
        new ExperimentWriter({ pool, log, freshness, now: Date.now, appendDeadlineMs: config.APPEND_DEADLINE_MS }),
      inject: [POOL, EVENT_LOG, FRESHNESS, CONFIG],
    },
    {
      provide: ExperimentAdministration,
      useFactory: (writer: ExperimentWriter, registry: RegistryQueries) => new ExperimentAdministration(writer, registry),
      inject: [ExperimentWriter, RegistryQueries],
    },
    provideQueries(NoticesQueries),
    {
      provide: Notifier,
      useFactory: (notices: NoticesQueries, config: GatewayConfig) =>
        new Notifier(notices, { url: config.EXPERIMENT_WEBHOOK_URL, secret: config.EXPERIMENT_WEBHOOK_SECRET }),
      inject: [NoticesQueries, CONFIG],
    },
    {
      provide: ResultsClient,
      useFactory: (state: ServiceState) => new ResultsClient(state, OWN_KEY),
      inject: [SERVICE_STATE],
    },
    {
      provide: ExperimentKeeper,
      useFactory: (parts: KeeperParts, results: ResultsClient, notifier: Notifier, logger: Logger) =>
        new ExperimentKeeper({ ...parts, results, notifier, logger, now: Date.now }),
      inject: [KEEPER_PARTS, ResultsClient, Notifier, LOGGER],
    },
    {
      provide: KEEPER_PARTS,
      useFactory: (registry: RegistryQueries, writer: ExperimentWriter): KeeperParts => ({ registry, writer }),
      inject: [RegistryQueries, ExperimentWriter],
    },
    {
      provide: DefinitionsDirectory,
      useFactory: (registry: RegistryQueries) => new DefinitionsDirectory(registry),
      inject: [RegistryQueries],
    },
  ],
  exports: [Variants, DefinitionsDirectory, ExperimentWriter, RegistryQueries],
})
export class ExperimentsAdminModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    private readonly keeper: ExperimentKeeper,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.keeper.start(this.config.EXPERIMENT_LOOK_S * 1_000);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.keeper.stop();
  }
}
