import { randomFillSync } from 'node:crypto';

const RANDOM_BYTES = 10;
const pool = Buffer.alloc(RANDOM_BYTES * 1_024);
let used = pool.length;

const DIGITS = Buffer.from('0123456789abcdef');
/** Where the digits of the time and of the random bytes stand in the text. */
const TIME_PLACES = [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12];
const RANDOM_PLACES = [14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

const text = Buffer.from('00000000-0000-0000-0000-000000000000');
let timeInText = 0;

function writeTime(nowMs: number): void {
  const digits = nowMs.toString(16).padStart(TIME_PLACES.length, '0');
  TIME_PLACES.forEach((place, n) => (text[place] = digits.charCodeAt(n)));
  timeInText = nowMs;
}

/**
 * A UUID of version 7 (RFC 9562): begins with the time in milliseconds, ends with 74 random bits drawn in bulk. Written digit
 * by digit: text glued from pieces would stay in pieces for as long as the id is remembered.
 */
export function uuidV7(nowMs: number): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  if (nowMs !== timeInText) writeTime(nowMs);
  pool[used] = ((pool[used] ?? 0) & 0x0f) | 0x70;
  pool[used + 2] = ((pool[used + 2] ?? 0) & 0x3f) | 0x80;
  for (const place of RANDOM_PLACES) {
    const byte = pool[used++] ?? 0;
    text[place] = DIGITS[byte >> 4] ?? 0;
    text[place + 1] = DIGITS[byte & 0x0f] ?? 0;
  }
  return text.toString('latin1');
}
