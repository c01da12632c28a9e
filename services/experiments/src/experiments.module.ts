import { Module } from '@nestjs/common';
import { provideQueries, type ServiceDefinition } from '@picly/platform';
import { StatelessController } from './stateless/stateless.controller';
import { ExperimentsController } from './views/experiments/experiments.controller';
import { experiments } from './views/experiments/experiments.projection';
import { ExperimentsQueries } from './views/experiments/experiments.queries';

@Module({ controllers: [StatelessController, ExperimentsController], providers: [provideQueries(ExperimentsQueries)] })
export class ExperimentsModule {}

export const experimentsService: ServiceDefinition = { name: 'experiments', module: ExperimentsModule, projections: [experiments] };
