import { contiguous, type RawMessage } from './raw-message';

const at = (offset: number): RawMessage => ({
  offset: String(offset),
  timestamp: '17',
  key: Buffer.from('k'),
  value: Buffer.from(`v${offset}`),
});
const from = (offset: number) => ({ topic: 't', partition: 2, offset });
const offsets = (fetched: ReturnType<typeof contiguous>): number[] => fetched.records.map((record) => record.offset);

describe('what a fetch brought', () => {
  it('leaves out records before the position: brokers answer whole batches', () => {
    expect(offsets(contiguous(from(5), [at(3), at(4), at(5), at(6)]))).toEqual([5, 6]);
  });

  it('tells a hole at the position, and hands out nothing behind it', () => {
    expect(contiguous(from(5), [at(8), at(9)])).toEqual({ records: [], hole: 8 });
  });

  it('hands out the records before a hole; the next fetch begins at the hole and tells it', () => {
    const fetched = contiguous(from(5), [at(5), at(6), at(9)]);
    expect(offsets(fetched)).toEqual([5, 6]);
    expect(contiguous(from(7), [at(9)]).hole).toBe(9);
  });

  it('keeps key, value, timestamp and headers; the last of repeated headers counts', () => {
    const headers = { ce_id: Buffer.from('1'), ce_type: [Buffer.from('a'), Buffer.from('b')], gone: null };
    const [record] = contiguous(from(0), [{ ...at(0), headers }]).records;
    expect(record).toEqual({
      topic: 't',
      partition: 2,
      offset: 0,
      key: 'k',
      value: Buffer.from('v0'),
      timestamp: 17,
      headers: { ce_id: '1', ce_type: 'b' },
    });
  });

  it('reads records of other producers without key and value as empty', () => {
    const [record] = contiguous(from(0), [{ ...at(0), key: null, value: null }]).records;
    expect(record).toMatchObject({ key: '', value: Buffer.alloc(0), headers: {} });
  });
});
