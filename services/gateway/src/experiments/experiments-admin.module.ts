import { Module } from '@nestjs/common';
import type { DatabasePool } from '@picly/database';
import type { EventLog } from '@picly/event-log';
import { CONFIG, EVENT_LOG, FRESHNESS, POOL, provideQueries } from '@picly/platform';
import type { ViewFreshness } from '@picly/projections';
import type { GatewayConfig } from '../config';
import { DefinitionsDirectory } from './definitions-document';
import { ExperimentAdministration } from './experiment-administration';
import { ExperimentWriter } from './experiment-writer';
import { ExperimentsAdminController } from './experiments-admin.controller';
import { FirstArmsQueries } from './first-arms.queries';
import { RegistryQueries } from './registry.queries';
import { Variants } from './variants';

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
    {
      provide: DefinitionsDirectory,
      useFactory: (registry: RegistryQueries) => new DefinitionsDirectory(registry),
      inject: [RegistryQueries],
    },
  ],
  exports: [Variants, DefinitionsDirectory, ExperimentWriter, RegistryQueries],
})
export class ExperimentsAdminModule {}
