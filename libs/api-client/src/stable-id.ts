import { hash } from 'node:crypto';

/** Namespace of every id this project derives; drawn once. */
const PICLY_NAMESPACE = '6f4b1c52-7f0e-4d0b-9a3e-3b0f8f6f2c11';

const bytesOf = (uuid: string): Buffer => Buffer.from(uuid.replace(/-/g, ''), 'hex');

/** A UUID v5 (RFC 9562, 5.5): the same name always gives the same id. */
function uuidV5(namespace: Buffer, name: string): string {
  const hex = hash('sha1', Buffer.concat([namespace, Buffer.from(name, 'utf8')]), 'hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A maker of ids inside a name of its own: equal parts give equal ids, and ("a", "bc") differs from ("ab", "c"). */
export function stableIds(namespace: string): (...parts: readonly unknown[]) => string {
  const inner = bytesOf(uuidV5(bytesOf(PICLY_NAMESPACE), namespace));
  return (...parts) => uuidV5(inner, JSON.stringify(parts));
}
