import { createHmac, type KeyObject } from 'node:crypto';

/** 128 bits are plenty: a collision would have to be found without the key. */
const LENGTH = 22;

/**
 * Tells whether two sendings of an id had the same body. Keyed with the person's key where the event says anything personal:
 * it reveals nothing to whoever lacks the key, and nothing to anybody once the key is destroyed.
 */
export function fingerprintOf(canonical: string, secret: KeyObject | undefined): string {
  return createHmac('sha256', secret ?? 'picly')
    .update(canonical)
    .digest('base64url')
    .slice(0, LENGTH);
}
