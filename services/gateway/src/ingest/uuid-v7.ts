import { randomFillSync } from 'node:crypto';

const BYTES = 10;
const pool = Buffer.alloc(BYTES * 1_024);
let used = pool.length;

/** A UUID of version 7 (RFC 9562): begins with the time in milliseconds, ends with 74 random bits drawn in bulk. */
export function uuidV7(nowMs: number): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const time = nowMs.toString(16).padStart(12, '0');
  pool[used] = ((pool[used] ?? 0) & 0x0f) | 0x70;
  pool[used + 2] = ((pool[used + 2] ?? 0) & 0x3f) | 0x80;
  const tail = pool.toString('hex', used, used + BYTES);
  used += BYTES;
  return `${time.slice(0, 8)}-${time.slice(8)}-${tail.slice(0, 4)}-${tail.slice(4, 8)}-${tail.slice(8)}`;
}
