import { createHash } from 'node:crypto';
import { normalizePrompt } from './normalize';

/** Identity of a prompt: the first 32 hex digits of the SHA-256 of its normalised text. Equal for texts that differ only in form. */
export function promptHash(prompt: string): string {
  return hashOfNormalized(normalizePrompt(prompt));
}

/** The same for a text that is normalised already. */
export function hashOfNormalized(normalized: string): string {
  return createHash('sha256').update(normalized, 'utf8').digest('hex').slice(0, 32);
}
