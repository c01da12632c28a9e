import { Module } from '@nestjs/common';
import { provideQueries, type ServiceDefinition } from '@picly/platform';
import { modelPerformance } from './views/model-performance/model-performance.projection';
import { ModelsController } from './views/model-performance/models.controller';
import { ModelsQueries } from './views/model-performance/models.queries';

@Module({ controllers: [ModelsController], providers: [provideQueries(ModelsQueries)] })
export class ModelPerformanceModule {}

export const modelPerformanceService: ServiceDefinition = {
  name: 'model-performance',
  module: ModelPerformanceModule,
  projections: [modelPerformance],
};
