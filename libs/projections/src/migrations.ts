import { CreateProcessedEvents1760000300000 } from '../migrations/1760000300000-create-processed-events';
import { CreateProjectionRuntime1760000200000 } from '../migrations/1760000200000-create-runtime';
import { SettleDeadLetters1760000500000 } from '../migrations/1760000500000-settle-dead-letters';
import { CreateProjectionJobs1764100000000 } from '../migrations/1764100000000-create-projection-jobs';
import { FenceOfErasedKeys1764200100000 } from '../migrations/1764200100000-fence-of-erased-keys';
import type { MigrationClass } from './define';

/** For `migrate({ schema: 'runtime', migrations })`. */
export const RUNTIME_MIGRATIONS: readonly MigrationClass[] = [
  CreateProjectionRuntime1760000200000,
  SettleDeadLetters1760000500000,
  CreateProjectionJobs1764100000000,
  FenceOfErasedKeys1764200100000,
];

/** What every version's schema has beside the projection's own tables. */
export const VERSION_MIGRATIONS: readonly MigrationClass[] = [CreateProcessedEvents1760000300000];
