import { LogTruncatedError } from '../errors';
import type { GroupHandler, LogBatch, LogRecord } from '../port';
import { PartitionFeed } from './partition-feed';

const records = (first: number, count: number): LogRecord[] =>
  Array.from({ length: count }, (_, i) => ({
    topic: 't',
    partition: 0,
    offset: first + i,
    key: 'k',
    value: Buffer.alloc(0),
    headers: {},
    timestamp: 1,
  }));

describe('the feed of one partition', () => {
  let handled: number[][];
  let onBatch: (batch: LogBatch) => Promise<void>;
  let halts: Error[];
  let lost: boolean;
  let warnings: string[];
  let feed: PartitionFeed;

  beforeEach(() => {
    handled = [];
    halts = [];
    lost = false;
    warnings = [];
    onBatch = async () => undefined;
    const handler: GroupHandler = {
      assigned: async () => [],
      revoked: async () => undefined,
      halted: (_partition, error) => halts.push(error),
      batch: async (batch) => {
        handled.push(batch.records.map((record) => record.offset));
        await onBatch(batch);
      },
    };
    feed = new PartitionFeed(
      { topic: 't', partition: 0, offset: 10 },
      { handler, maxBatchRecords: 3, isLost: () => lost, onDrained: () => undefined, onWarning: (message) => warnings.push(message) },
    );
  });

  afterEach(() => feed.stop());

  const offer = (first: number, count: number, end = first + count): void =>
    feed.offer({ topic: 't', partition: 0, from: first, end, records: records(first, count) });
  const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

  it('hands out at most the allowed records per batch, in order, one batch at a time', async () => {
    offer(10, 7);
    await soon();
    expect(handled).toEqual([[10, 11, 12], [13, 14, 15], [16]]);
    expect(feed.confirmed.offset).toBe(17);
  });

  it('delivers a refused batch again, unchanged, after a pause', async () => {
    let refusals = 2;
    onBatch = async () => {
      if (refusals-- > 0) throw new Error('not now');
    };
    offer(10, 4);
    while (handled.length < 4) await soon();
    expect(handled).toEqual([[10, 11, 12], [10, 11, 12], [10, 11, 12], [13]]);
    expect(warnings).toEqual(Array(2).fill('t/0: a batch at offset 10 was refused, it is delivered again'));
  });

  it('warns of no batch that is refused while it is stopped: it does not come again', async () => {
    let refuse: () => void = () => undefined;
    onBatch = () => new Promise((_, reject) => (refuse = () => reject(new Error('not now'))));
    offer(10, 2);
    await soon();
    const stopping = feed.stop();
    refuse();
    await stopping;
    expect(handled).toEqual([[10, 11]]);
    expect(warnings).toEqual([]);
  });

  it('asks for more only while there is room', async () => {
    expect(feed.wanted()?.offset).toBe(10);
    feed.pause();
    offer(10, 3);
    expect(feed.wanted()).toBeUndefined();
    feed.resume();
    await soon();
    expect(feed.wanted()?.offset).toBe(13);
  });

  it('delivers nothing while paused and goes on where it was', async () => {
    feed.pause();
    offer(10, 2);
    await soon();
    expect(handled).toEqual([]);
    feed.resume();
    await soon();
    expect(handled).toEqual([[10, 11]]);
  });

  it('finishes the batch under way before it goes on from another place, and forgets what was in store', async () => {
    let finish: () => void = () => undefined;
    onBatch = () => new Promise((resolve) => (finish = resolve));
    offer(10, 6);
    await soon();
    let sought = false;
    const seeking = feed.seek(40).then(() => (sought = true));
    await soon();
    expect(sought).toBe(false);
    finish();
    await seeking;
    expect(feed.wanted()?.offset).toBe(40);
    offer(16, 2);
    await soon();
    expect(handled).toEqual([[10, 11, 12]]);
  });

  it('halts for good and tells why, once', async () => {
    feed.halt(new LogTruncatedError('t', 0, 10, 20));
    feed.halt(new LogTruncatedError('t', 0, 10, 21));
    offer(10, 2);
    await soon();
    expect(handled).toEqual([]);
    expect(feed.wanted()).toBeUndefined();
    expect(halts).toHaveLength(1);
  });

  it('delivers nothing while the group does not count on us, and goes on when it does again', async () => {
    lost = true;
    offer(10, 2);
    await soon();
    expect(handled).toEqual([]);
    lost = false;
    while (handled.length === 0) await soon();
    expect(handled).toEqual([[10, 11]]);
  });

  it('is stale from the moment it is stopped or the group has lost us; the batch under way still ends', async () => {
    const seen: boolean[] = [];
    let finish: () => void = () => undefined;
    onBatch = async (batch) => {
      seen.push(batch.isStale());
      await new Promise<void>((resolve) => (finish = resolve));
      seen.push(batch.isStale());
    };
    offer(10, 6);
    await soon();
    lost = true;
    const stopping = feed.stop();
    finish();
    await stopping;
    expect(seen).toEqual([false, true]);
    expect(handled).toEqual([[10, 11, 12]]);
  });
});
