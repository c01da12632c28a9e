import { createHash, type Hash } from 'node:crypto';
import type { LogRecord } from '../port';

/** SHA-256 over records in their order: place, time, key, headers by name, value. Equal on both adapters. */
export class RecordDigest {
  private readonly hash: Hash = createHash('sha256');
  records = 0;

  add(record: LogRecord): void {
    this.records += 1;
    this.hash.update(bytesOf(record));
  }

  /** Hexadecimal; ends the digest. */
  hex(): string {
    return this.hash.digest('hex');
  }
}

/** Each part with its length before it, so that no two records have the same bytes. */
function bytesOf({ offset, timestamp, key, headers, value }: LogRecord): Buffer {
  const named = JSON.stringify(Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1)));
  const head = JSON.stringify([offset, timestamp, Buffer.byteLength(key), Buffer.byteLength(named), value.length]);
  return Buffer.concat([Buffer.from(`${head}${key}${named}`, 'utf8'), value]);
}

/** Whether two records are the same. */
export const sameRecord = (a: LogRecord, b: LogRecord): boolean => a.partition === b.partition && bytesOf(a).equals(bytesOf(b));
