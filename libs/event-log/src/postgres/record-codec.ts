import type { AppendRecord, LogRecord, TopicPartition } from '../port';

/** A record as bytes, ready to be sent: key, headers and value one behind the other. */
export interface EncodedRecord {
  readonly timestamp: number;
  readonly keyBytes: number;
  readonly headersBytes: number;
  readonly valueBytes: number;
  readonly parts: readonly [Buffer, Buffer, Buffer];
}

export function encodeRecord(record: AppendRecord): EncodedRecord {
  const key = Buffer.from(record.key, 'utf8');
  const headers = Buffer.from(JSON.stringify(record.headers), 'utf8');
  return {
    timestamp: record.timestamp,
    keyBytes: key.length,
    headersBytes: headers.length,
    valueBytes: record.value.length,
    parts: [key, headers, record.value],
  };
}

export function sizeOf(record: EncodedRecord): number {
  return record.keyBytes + record.headersBytes + record.valueBytes;
}

const FRAME_BYTES = 20;

/** Take apart what the fetch statement glued together: per record timestamp, three lengths, then the bytes. */
export function decodeRecords(bytes: Buffer, { topic, partition }: TopicPartition, firstOffset: number): LogRecord[] {
  const records: LogRecord[] = [];
  for (let at = 0, offset = firstOffset; at < bytes.length; offset++) {
    const timestamp = Number(bytes.readBigInt64BE(at));
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
