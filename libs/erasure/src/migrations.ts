import { CreateErasures1764200400000 } from '../migrations/1764200400000-create-erasures';

/** For `migrate({ schema: 'runtime', migrations })`. */
export const ERASURE_MIGRATIONS = [CreateErasures1764200400000] as const;
