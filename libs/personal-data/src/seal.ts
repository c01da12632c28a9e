import { randomFillSync } from 'node:crypto';
import type { SubjectKind } from '@picly/contracts';
import { aead, TAG_BYTES, VECTOR_BYTES } from './aead';
import { SealError } from './errors';

/** What seals and unseals the personal fields of one subject. */
export interface PersonKey {
  /** Random pseudonym of the subject. */
  readonly ref: string;
  /** 32 bytes. */
  readonly secret: Buffer;
}

type Fields = Readonly<Record<string, unknown>>;

interface Unsealed {
  readonly id: string;
  readonly data: Fields;
}

/** The event's data without its personal fields; they are inside `sealed`, which is absent when there were none. */
export interface SealedData {
  readonly data: Record<string, unknown>;
  readonly sealed?: string;
}

/** The parts of a sealed text that are readable without a key. */
export interface SealedBox {
  readonly kind: SubjectKind;
  readonly ref: string;
  /** Vector, ciphertext, tag: base64url. */
  readonly box: string;
}

const LETTER = { user: 'u', session: 's', generation: 'g' } as const;
const KIND: Readonly<Record<string, SubjectKind>> = { u: 'user', s: 'session', g: 'generation' };
const REF = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

// One call for many vectors: asking the system for twelve bytes costs more than the encryption.
const vectors = Buffer.alloc(VECTOR_BYTES * 1024);
let nextVector = vectors.length;

/** To be used at once: a later call may overwrite it. */
function newVector(): Buffer {
  if (nextVector === vectors.length) {
    randomFillSync(vectors);
    nextVector = 0;
  }
  nextVector += VECTOR_BYTES;
  return vectors.subarray(nextVector - VECTOR_BYTES, nextVector);
}

/** Whether an event says anything personal, and so needs a key. */
export function hasPersonal(data: Fields, personal: readonly string[]): boolean {
  return personal.some((name) => data[name] !== undefined);
}

/**
 * Takes the personal fields out of an event's data and seals them: ChaCha20-Poly1305 over their JSON, bound to the event's
 * id. The text is `<u|s|g>.<ref>.<base64url(vector, ciphertext, tag)>`.
 */
export function seal(
  event: Unsealed,
  personal: readonly string[],
  subject: { readonly kind: SubjectKind; readonly key: PersonKey },
): SealedData {
  const data: Record<string, unknown> = {};
  const secret: Record<string, unknown> = {};
  let found = false;
  // Built anew, not copied and deleted from: objects with deleted members are slow from then on.
  for (const name in event.data) {
    const value = event.data[name];
    if (value === undefined) continue;
    if (!personal.includes(name)) {
      data[name] = value;
      continue;
    }
    secret[name] = value;
    found = true;
  }
  if (!found) return { data };
  const { key, kind } = subject;
  return { data, sealed: `${LETTER[kind]}.${key.ref}.${encrypt(JSON.stringify(secret), event.id, key.secret)}` };
}

function encrypt(text: string, id: string, secret: Buffer): string {
  const plain = Buffer.from(text, 'utf8');
  const vector = newVector();
  const box = Buffer.allocUnsafe(VECTOR_BYTES + plain.length + TAG_BYTES);
  box.set(vector);
  aead.encrypt(box.subarray(VECTOR_BYTES), plain, { secret, vector, context: Buffer.from(id, 'utf8') });
  return box.toString('base64url');
}

/** Reads the outside of a sealed text. Throws `SealError` SEAL_INVALID. */
export function readSealed(sealed: string): SealedBox {
  const kind = sealed[1] === '.' ? KIND[sealed[0] ?? ''] : undefined;
  const ref = sealed.slice(2, 38);
  if (kind === undefined || sealed[38] !== '.' || !REF.test(ref))
    throw new SealError('SEAL_INVALID', 'sealed has not the form <kind>.<ref>.<ciphertext>');
  const box = sealed.slice(39);
  if (bytesOf(box) < VECTOR_BYTES + TAG_BYTES) throw new SealError('SEAL_INVALID', 'sealed is too short');
  return { kind, ref, box };
}

/** How many bytes a text of base64url stands for, at most. */
const bytesOf = (text: string): number => Math.floor((text.length * 3) / 4);

// Boxes are opened in one place: of a whole batch there would be too many buffers to collect.
const ROOM_BYTES = 16_384;
const room = Buffer.allocUnsafeSlow(ROOM_BYTES);

/** The personal fields of the event `id`. Throws `SealError`. */
export function unseal({ box }: SealedBox, id: string, key: PersonKey): Record<string, unknown> {
  const place = bytesOf(box) > ROOM_BYTES ? Buffer.allocUnsafe(bytesOf(box)) : room;
  const end = place.write(box, 0, 'base64url');
  const tagAt = end - TAG_BYTES;
  try {
    const sealing = { secret: key.secret, vector: place.subarray(0, VECTOR_BYTES), context: Buffer.from(id, 'utf8') };
    aead.decrypt(place.subarray(VECTOR_BYTES, tagAt), place.subarray(VECTOR_BYTES, end), sealing);
    return JSON.parse(place.toString('utf8', VECTOR_BYTES, tagAt)) as Record<string, unknown>;
  } catch (cause) {
    throw new SealError('SEAL_BROKEN', 'the sealed part does not open with the key of its subject', { cause });
  }
}
