import { createHmac, hash } from 'node:crypto';

/** 128 bits are plenty: a collision would have to be found without the key. */
const LENGTH = 22;
/** For events that say nothing personal: their fingerprint has nothing to hide. */
const PUBLIC_PREFIX = 'picly';

const prefixes = new WeakMap<Buffer, string>();

/** A key of its own for fingerprints, derived from the person's: 256 bits as text, made once per key. */
function prefixOf(secret: Buffer): string {
  let prefix = prefixes.get(secret);
  if (prefix === undefined) {
    prefix = createHmac('sha256', secret).update('picly fingerprint').digest('base64url');
    prefixes.set(secret, prefix);
  }
  return prefix;
}

/**
 * Tells whether two sendings of an id had the same body. Keyed with the person's key where the event says anything personal:
 * it reveals nothing to whoever lacks the key, and nothing to anybody once the key is destroyed.
 */
export function fingerprintOf(canonical: string, secret: Buffer | undefined): string {
  // A hash behind a secret prefix is a sound keyed digest as long as half of it is withheld, and costs a fifth of an HMAC object.
  const prefix = secret === undefined ? PUBLIC_PREFIX : prefixOf(secret);
  return hash('sha256', prefix + canonical, 'base64url').slice(0, LENGTH);
}
