import { CreatePersonKeys1760000100000 } from '../migrations/1760000100000-create-person-keys';
import { CreateErasedPersons1764200000000 } from '../migrations/1764200000000-create-erased-persons';

/** For `migrate({ schema: 'runtime', migrations })`. */
export const PERSON_KEY_MIGRATIONS = [CreatePersonKeys1760000100000, CreateErasedPersons1764200000000] as const;
