import { Module } from '@nestjs/common';
import type { DatabasePool } from '@picly/database';
import { POOL } from '@picly/platform';
import { ProjectionAdmin } from '@picly/projections';
import { ProjectionsController } from './projections.controller';
import { RebuildsController } from './rebuilds.controller';

/** Projections of all services, and the work on their versions. */
@Module({
  controllers: [ProjectionsController, RebuildsController],
  providers: [{ provide: ProjectionAdmin, useFactory: (pool: DatabasePool) => new ProjectionAdmin(pool), inject: [POOL] }],
})
export class ProjectionsAdminModule {}
