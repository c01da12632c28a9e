import fc from 'fast-check';
import { decodeRecords, encodeRecords, sizeOf, type EncodedLot } from './record-codec';

const record = fc.record({
  topic: fc.constant('t'),
  key: fc.string({ unit: 'binary' }).map((text) => Buffer.from(text).toString()),
  value: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  headers: fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' })).map((headers) => ({ ...headers })),
  timestamp: fc.nat({ max: 4_000_000_000_000 }),
});

/** What the fetch statement does on the server. */
function framed({ bytes, records }: EncodedLot): Buffer {
  const frames = records.flatMap((encoded) => {
    const head = Buffer.alloc(20);
    head.writeBigInt64BE(BigInt(encoded.timestamp));
    head.writeInt32BE(encoded.keyBytes, 8);
    head.writeInt32BE(encoded.headersBytes, 12);
    head.writeInt32BE(encoded.valueBytes, 16);
    return [head, bytes.subarray(encoded.at, encoded.at + sizeOf(encoded))];
  });
  return Buffer.concat(frames);
}

describe('records as bytes', () => {
  it('come back as they were, whatever they hold', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 5 }), (records) => {
        const bytes = framed(encodeRecords(records));
        const decoded = decodeRecords(bytes, { topic: 't', partition: 3 }, 7);
        expect(decoded).toEqual(records.map((one, index) => ({ ...one, partition: 3, offset: 7 + index })));
      }),
    );
  });

  it('know their size', () => {
    const record = { topic: 't', key: 'ä', value: Buffer.alloc(10), headers: { a: 'b' }, timestamp: 0 };
    const { bytes, records } = encodeRecords([record, record]);
    expect(records.map(sizeOf)).toEqual(Array(2).fill(2 + '{"a":"b"}'.length + 10));
    expect(bytes).toHaveLength(42);
  });
});
