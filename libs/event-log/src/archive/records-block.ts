import type { LogRecord } from '../port';

type Head = readonly [topic: string, partition: number, firstOffset: number, sizes: readonly (readonly [number, number, number, number])[]];

/** Consecutive records of one partition as bytes: the length of the head, the head as JSON, keys, headers and values one behind the other. */
export function encodeRun(records: readonly LogRecord[]): Buffer {
  const [first] = records;
  const parts = records.map(
    ({ key, headers, value }) => [Buffer.from(key, 'utf8'), Buffer.from(JSON.stringify(headers), 'utf8'), value] as const,
  );
  const sizes = records.map(({ timestamp }, n) => [timestamp, ...(parts[n] ?? []).map((part) => part.length)]);
  const head = Buffer.from(JSON.stringify([first?.topic, first?.partition, first?.offset, sizes]), 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, ...parts.flat()]);
}

export function decodeRun(bytes: Buffer): readonly LogRecord[] {
  const headEnd = 4 + bytes.readUInt32LE(0);
  const [topic, partition, first, sizes] = JSON.parse(bytes.toString('utf8', 4, headEnd)) as Head;
  let at = headEnd;
  const take = (length: number): Buffer => bytes.subarray(at, (at += length));
  return sizes.map(([timestamp, keyBytes, headersBytes, valueBytes], n) => ({
    topic,
    partition,
    offset: first + n,
    timestamp,
    key: take(keyBytes).toString('utf8'),
    headers: JSON.parse(take(headersBytes).toString('utf8')) as Record<string, string>,
    value: take(valueBytes),
  }));
}
