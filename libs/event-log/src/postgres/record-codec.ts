import type { AppendRecord, LogRecord, TopicPartition } from '../port';

/** Where the bytes of a record begin among those of its lot, and how many are key, headers and value: one behind the other. */
export interface EncodedRecord {
  readonly at: number;
  readonly timestamp: number;
  readonly keyBytes: number;
  readonly headersBytes: number;
  readonly valueBytes: number;
}

/** Records as bytes, ready to be sent. */
export interface EncodedLot {
  readonly bytes: Buffer;
  readonly records: readonly EncodedRecord[];
}

export function sizeOf(record: EncodedRecord): number {
  return record.keyBytes + record.headersBytes + record.valueBytes;
}

function measure({ key, value, timestamp }: AppendRecord, headers: string, at: number): EncodedRecord {
  return {
    at,
    timestamp,
    keyBytes: Buffer.byteLength(key, 'utf8'),
    headersBytes: Buffer.byteLength(headers, 'utf8'),
    valueBytes: value.length,
  };
}

/** Measured first and then written into one buffer: a buffer per part costs more than all the rest. */
export function encodeRecords(records: readonly AppendRecord[]): EncodedLot {
  const headers = records.map((record) => JSON.stringify(record.headers));
  let size = 0;
  const encoded = records.map((record, n) => {
    const one = measure(record, headers[n] ?? '', size);
    size += sizeOf(one);
    return one;
  });
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  records.forEach(({ key, value }, n) => {
    at += bytes.write(key, at, 'utf8');
    at += bytes.write(headers[n] ?? '', at, 'utf8');
    bytes.set(value, at);
    at += value.length;
  });
  return { bytes, records: encoded };
}

/** A whole number of Postgres, exact within ±2^53; without the detour over a bigint. */
export function readInt8(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
}

const FRAME_BYTES = 20;

/** Take apart what the fetch statement glued together: per record timestamp, three lengths, then the bytes. */
export function decodeRecords(bytes: Buffer, { topic, partition }: TopicPartition, firstOffset: number): LogRecord[] {
  const records: LogRecord[] = [];
  for (let at = 0, offset = firstOffset; at < bytes.length; offset++) {
    const timestamp = readInt8(bytes, at);
    const keyEnd = at + FRAME_BYTES + bytes.readInt32BE(at + 8);
    const headersEnd = keyEnd + bytes.readInt32BE(at + 12);
    const valueEnd = headersEnd + bytes.readInt32BE(at + 16);
    records.push({
      topic,
      partition,
      offset,
      key: bytes.toString('utf8', at + FRAME_BYTES, keyEnd),
      headers: JSON.parse(bytes.toString('utf8', keyEnd, headersEnd)) as Record<string, string>,
      value: bytes.subarray(headersEnd, valueEnd),
      timestamp,
    });
    at = valueEnd;
  }
  return records;
}
