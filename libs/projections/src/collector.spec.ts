import type { LogBatch, LogRecord } from '@picly/event-log';
import { Collector } from './collector';

const record = (topic: string, partition: number, offset: number, timestamp: number): LogRecord => {
  return { topic, partition, offset, key: '', value: Buffer.alloc(0), headers: {}, timestamp };
};

/** Records of one partition at these times; `more` says that the partition goes on behind them. */
function batchOf(place: string, times: readonly number[], more: 'more' | 'end' = 'end'): LogBatch {
  const [topic = '', partition = ''] = place.split('/');
  const records = times.map((time, offset) => record(topic, Number(partition), offset, time));
  return { topic, partition: Number(partition), records, end: times.length + (more === 'more' ? 1 : 0), isStale: () => false };
}

/** A collector whose work is ended by hand; `seen` has what was given to it, collection by collection. */
function collecting(options: { maxRecords?: number; concurrency?: number } = {}) {
  const seen: string[][] = [];
  const ends: { done: () => void; fail: (error: Error) => void }[] = [];
  const collector = new Collector({
    maxRecords: 100,
    concurrency: 2,
    ...options,
    work: (batches) => {
      seen.push(
        batches.map(({ topic, partition, records }) => `${topic}/${partition}: ${records.map(({ timestamp }) => timestamp).join(' ')}`),
      );
      return new Promise((resolve, reject) => ends.push({ done: resolve, fail: reject }));
    },
  });
  return { collector, seen, ends };
}

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

describe('collecting batches', () => {
  it('works on everything that came in one round together', async () => {
    const { collector, seen } = collecting();
    void collector.add(batchOf('a/0', [1, 2]));
    void collector.add(batchOf('b/1', [9]));
    await soon();
    expect(seen).toEqual([['a/0: 1 2', 'b/1: 9']]);
  });

  it('holds back what is newer than the end of another topic of the partition that goes on', async () => {
    const { collector, seen, ends } = collecting();
    const over = jest.fn();
    void collector.add(batchOf('a/0', [1, 5, 9], 'more')).then(over);
    void collector.add(batchOf('b/0', [2, 4], 'more'));
    await soon();
    expect(seen).toEqual([['a/0: 1', 'b/0: 2 4']]);
    ends[0]?.done();
    await soon();
    expect(over).not.toHaveBeenCalled();
    expect(seen[1]).toEqual(['a/0: 5 9']);
    ends[1]?.done();
    await soon();
    expect(over).toHaveBeenCalled();
  });

  it('holds nothing back for a topic that is at its end', async () => {
    const { collector, seen } = collecting();
    void collector.add(batchOf('a/0', [1, 50], 'more'));
    void collector.add(batchOf('b/0', [2]));
    await soon();
    expect(seen).toEqual([['a/0: 1 50', 'b/0: 2']]);
  });

  it('begins with the partition that is furthest behind, and takes whole partitions up to the limit', async () => {
    const { collector, seen } = collecting({ maxRecords: 3, concurrency: 1 });
    void collector.add(batchOf('a/0', [8, 9]));
    void collector.add(batchOf('a/1', [1, 2]));
    void collector.add(batchOf('b/1', [3]));
    await soon();
    expect(seen).toEqual([['a/1: 1 2', 'b/1: 3']]);
  });

  it('never works on a partition number twice at once', async () => {
    const { collector, seen, ends } = collecting();
    void collector.add(batchOf('a/0', [1]));
    await soon();
    void collector.add(batchOf('b/0', [2]));
    void collector.add(batchOf('a/1', [3]));
    await soon();
    expect(seen).toEqual([['a/0: 1'], ['a/1: 3']]);
    ends[0]?.done();
    await soon();
    expect(seen[2]).toEqual(['b/0: 2']);
  });

  it('rejects the whole batch when a part of it fails', async () => {
    const { collector, seen, ends } = collecting();
    const both = Promise.allSettled([collector.add(batchOf('a/0', [1, 5], 'more')), collector.add(batchOf('b/0', [2], 'more'))]);
    await soon();
    expect(seen).toEqual([['a/0: 1', 'b/0: 2']]);
    ends[0]?.fail(new Error('not now'));
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
