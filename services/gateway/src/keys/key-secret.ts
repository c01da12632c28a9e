import { hash, randomBytes } from 'node:crypto';
import type { Scope } from '@picly/platform';

/** A new key: `pk_` when it is only for browsers and may be seen by anyone, else `sk_`; then 32 random bytes. */
export function newKeySecret(scopes: readonly Scope[]): string {
  const isPublic = scopes.every((scope) => scope === 'ingest:browser');
  return `${isPublic ? 'pk' : 'sk'}_${randomBytes(32).toString('base64url')}`;
}

const KEY = /^[ps]k_[\w-]{43}$/;

/** Whether the text has the form of a key; anything else needs no look-up. */
export const isKeySecret = (text: string): boolean => KEY.test(text);

/** What is stored of a key. A key is random, so a plain fast hash gives nothing away. */
export const hashOfKey = (secret: string): string => hash('sha256', secret);
