import fc from 'fast-check';
import { decodeRecords, encodeRecord, sizeOf } from './record-codec';

const record = fc.record({
  topic: fc.constant('t'),
  key: fc.string({ unit: 'binary' }).map((text) => Buffer.from(text).toString()),
  value: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  headers: fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' })).map((headers) => ({ ...headers })),
  timestamp: fc.nat({ max: 4_000_000_000_000 }),
});

/** What the fetch statement does on the server. */
function frame(encoded: ReturnType<typeof encodeRecord>): Buffer {
  const head = Buffer.alloc(20);
  head.writeBigInt64BE(BigInt(encoded.timestamp));
  head.writeInt32BE(encoded.keyBytes, 8);
  head.writeInt32BE(encoded.headersBytes, 12);
  head.writeInt32BE(encoded.valueBytes, 16);
  return Buffer.concat([head, ...encoded.parts]);
}

describe('records as bytes', () => {
  it('come back as they were, whatever they hold', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 5 }), (records) => {
        const bytes = Buffer.concat(records.map((one) => frame(encodeRecord(one))));
        const decoded = decodeRecords(bytes, { topic: 't', partition: 3 }, 7);
        expect(decoded).toEqual(records.map((one, index) => ({ ...one, partition: 3, offset: 7 + index })));
      }),
    );
  });

  it('know their size', () => {
    const encoded = encodeRecord({ topic: 't', key: 'ä', value: Buffer.alloc(10), headers: { a: 'b' }, timestamp: 0 });
    expect(sizeOf(encoded)).toBe(2 + '{"a":"b"}'.length + 10);
  });
});
