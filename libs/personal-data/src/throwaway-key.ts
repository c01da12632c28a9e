import { randomBytes, randomUUID } from 'node:crypto';
import { SECRET_BYTES } from './aead';
import type { PersonKey } from './seal';

/** A key that is kept nowhere: what it seals reads, from the start, as the event of a person whose key was destroyed. */
export function throwawayKey(): PersonKey {
  return { ref: randomUUID(), secret: randomBytes(SECRET_BYTES) };
}
