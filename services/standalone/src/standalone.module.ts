import { Module } from '@nestjs/common';
import type { ServiceDefinition } from '@picly/platform';
import { behaviorService } from '../../behavior/src/behavior.module';
import { experimentsService } from '../../experiments/src/experiments.module';
import { gateway } from '../../gateway/src/gateway.module';
import { modelPerformanceService } from '../../model-performance/src/model-performance.module';
import { promptAnalyticsService } from '../../prompt-analytics/src/prompt-analytics.module';
import { trainingDataService } from '../../training-data/src/training-data.module';

const SERVICES: readonly ServiceDefinition[] = [
  gateway,
  promptAnalyticsService,
  modelPerformanceService,
  experimentsService,
  behaviorService,
  trainingDataService,
];

@Module({ imports: SERVICES.map((service) => service.module) })
export class StandaloneModule {}

/** All services in one process: one database, one log, one consumer group with every projection. */
export const standalone: ServiceDefinition = {
  name: 'standalone',
  module: StandaloneModule,
  projections: SERVICES.flatMap((service) => service.projections),
  migrations: SERVICES.flatMap((service) => service.migrations ?? []),
  operations: SERVICES.flatMap((service) => service.operations ?? []),
};
