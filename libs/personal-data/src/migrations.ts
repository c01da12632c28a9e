import { CreatePersonKeys1760000100000 } from '../migrations/1760000100000-create-person-keys';

/** For `migrate({ schema: 'runtime', migrations })`. */
export const PERSON_KEY_MIGRATIONS = [CreatePersonKeys1760000100000] as const;
