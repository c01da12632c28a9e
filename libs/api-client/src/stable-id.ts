import { createHash } from 'node:crypto';

/** Namespace of every id this project derives; drawn once. */
const PICLY_NAMESPACE = '6f4b1c52-7f0e-4d0b-9a3e-3b0f8f6f2c11';

const bytesOf = (uuid: string): Buffer => Buffer.from(uuid.replace(/-/g, ''), 'hex');

/** A UUID v5 (RFC 9562, 5.5): the same name always gives the same id. */
function uuidV5(namespace: Buffer, name: string): string {
  const hash = createHash('sha1').update(namespace).update(name, 'utf8').digest();
  hash[6] = (hash.readUInt8(6) & 0x0f) | 0x50;
  hash[8] = (hash.readUInt8(8) & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** A maker of ids inside a name of its own: equal parts give equal ids, and ("a", "bc") differs from ("ab", "c"). */
export function stableIds(namespace: string): (...parts: readonly unknown[]) => string {
  const inner = bytesOf(uuidV5(bytesOf(PICLY_NAMESPACE), namespace));
  return (...parts) => uuidV5(inner, JSON.stringify(parts));
}
