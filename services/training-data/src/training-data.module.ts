import { Module } from '@nestjs/common';
import { provideQueries, type ServiceDefinition } from '@picly/platform';
import { ExamplesQueries } from './views/training-data/examples.queries';
import { TrainingDataController } from './views/training-data/training-data.controller';
import { trainingData } from './views/training-data/training-data.projection';

@Module({ controllers: [TrainingDataController], providers: [provideQueries(ExamplesQueries)] })
export class TrainingDataModule {}

export const trainingDataService: ServiceDefinition = { name: 'training-data', module: TrainingDataModule, projections: [trainingData] };
