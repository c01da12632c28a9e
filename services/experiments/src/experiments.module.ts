import { Module } from '@nestjs/common';
import type { Sql } from '@picly/database';
import { FirstArmsQueries } from '@picly/experiments';
import { provideQueries, SQL, type ServiceDefinition } from '@picly/platform';
import { AssignmentController } from './assignment/assignment.controller';
import { AssignmentQueries } from './assignment/assignment.queries';
import { ImportController } from './import/import.controller';
import { experimentResults } from './results/experiment-results.projection';
import { Results } from './results/results';
import { ResultsController } from './results/results.controller';
import { StatelessController } from './stateless/stateless.controller';
import { ExperimentsController } from './views/experiments/experiments.controller';
import { experiments } from './views/experiments/experiments.projection';
import { ExperimentsQueries } from './views/experiments/experiments.queries';

@Module({
  controllers: [StatelessController, ExperimentsController, ResultsController, AssignmentController, ImportController],
  providers: [
    provideQueries(ExperimentsQueries),
    provideQueries(AssignmentQueries),
    provideQueries(FirstArmsQueries),
    { provide: Results, useFactory: (sql: Sql) => new Results(sql), inject: [SQL] },
  ],
})
export class ExperimentsModule {}

export const experimentsService: ServiceDefinition = {
  name: 'experiments',
  module: ExperimentsModule,
  projections: [experiments, experimentResults],
};
