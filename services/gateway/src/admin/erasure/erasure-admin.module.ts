import { Module } from '@nestjs/common';
import type { DatabasePool } from '@picly/database';
import { Erasures } from '@picly/erasure';
import { POOL } from '@picly/platform';
import { ErasureController } from './erasure.controller';
import { PersonExportController } from './person-export.controller';

/** Forgetting a person, and telling a person what is known of them. */
@Module({
  controllers: [ErasureController, PersonExportController],
  providers: [{ provide: Erasures, useFactory: (pool: DatabasePool) => new Erasures(pool), inject: [POOL] }],
})
export class ErasureAdminModule {}
