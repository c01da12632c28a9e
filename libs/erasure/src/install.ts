import { migrate, type DatabasePool } from '@picly/database';
import { ERASURE_MIGRATIONS } from './migrations';

/** Creates the tables; safe when several processes start at once, one query when there is nothing to do. Needs those of the keys and projections. */
export async function installErasures(target: string | DatabasePool): Promise<void> {
  await migrate(target, { schema: 'runtime', migrations: ERASURE_MIGRATIONS });
}
