import { MemoryLog, MemoryStore } from '@picly/testing';
import type { AppendRecord, EventLog } from '../port';
import { copyLog, type CopyReport } from './copy-log';

const TOPICS = [
  { name: 'a', partitions: 3 },
  { name: 'b', partitions: 2 },
];

async function openLog(): Promise<{ readonly log: MemoryLog; readonly store: MemoryStore }> {
  const store = new MemoryStore();
  const log = new MemoryLog(store);
  await log.ensureTopics(TOPICS.map((topic) => ({ ...topic, retentionMs: null })));
  return { log, store };
}

const records = (count: number, from = 0): AppendRecord[] =>
  Array.from({ length: count }, (_, i) => ({
    topic: i % 3 === 0 ? 'b' : 'a',
    key: `key ${(i * 7) % 23} ✓`,
    value: Buffer.from([0, 255, (from + i) % 256]),
    headers: { n: String(from + i), ä: 'ö\n' },
    timestamp: 1_700_000_000_000 + from + i,
  }));

async function everything(log: EventLog): Promise<unknown> {
  const bounds = await log.bounds(['a', 'b']);
  const batches = await Promise.all(
    bounds.map(({ topic, partition, start }) =>
      log.read({ from: [{ topic, partition, offset: start }], maxRecords: 100_000, maxWaitMs: 0 }),
    ),
  );
  return { bounds, records: batches.flat().flatMap((batch) => batch.records) };
}

const total = ({ stretches }: CopyReport): number => stretches.reduce((sum, { records: n }) => sum + n, 0);

it('the copy has every record at its offset, with its key, headers and time, and says so by count and digest', async () => {
  const [source, target] = [await openLog(), await openLog()];
  await source.log.append(records(12_345));
  const report = await copyLog({ source: source.log, target: target.log, topics: TOPICS });
  expect(await everything(target.log)).toEqual(await everything(source.log));
  expect([report.copied, total(report), report.complete]).toEqual([12_345, 12_345, false]);
  const again = await copyLog({ source: source.log, target: target.log, topics: TOPICS });
  expect([again.copied, again.stretches]).toEqual([0, report.stretches]);
});

it('a run goes on where the one before was stopped', async () => {
  const [source, target] = [await openLog(), await openLog()];
  await source.log.append(records(20_000));
  const stop = new AbortController();
  const stopped = copyLog({
    source: source.log,
    target: target.log,
    topics: TOPICS,
    signal: stop.signal,
    onProgress: (_, done) => done > 7_000 && stop.abort(),
  });
  await expect(stopped).rejects.toThrow();
  const report = await copyLog({ source: source.log, target: target.log, topics: TOPICS });
  expect(report.copied).toBeLessThan(20_000);
  expect(await everything(target.log)).toEqual(await everything(source.log));
});

it('offsets stay the same where retention has dropped the beginning', async () => {
  const [source, target] = [await openLog(), await openLog()];
  await source.log.append(records(500));
  await source.log.trim([
    { topic: 'a', partition: 0, offset: 60 },
    { topic: 'b', partition: 1, offset: 10_000 },
  ]);
  await copyLog({ source: source.log, target: target.log, topics: TOPICS });
  expect(await everything(target.log)).toEqual(await everything(source.log));
});

it('copies while it is written to, and after the seal both are equal for good', async () => {
  const [source, target] = [await openLog(), await openLog()];
  await source.log.append(records(10_000));
  let sealed = false;
  let sent = 10_000;
  const writing = (async () => {
    for (; !sealed; sent += 50) {
      await source.log.append(records(50, sent));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  })();
  const report = await copyLog({
    source: source.log,
    target: target.log,
    topics: TOPICS,
    seal: async () => {
      sealed = true;
      await writing;
    },
  });
  expect([report.complete, total(report)]).toEqual([true, sent]);
  expect(await everything(target.log)).toEqual(await everything(source.log));
});

describe('a target', () => {
  it('that has other records is refused, and the first that differs is named', async () => {
    const [source, target] = [await openLog(), await openLog()];
    await source.log.append(records(300));
    await target.log.append([{ ...records(1)[0]!, value: Buffer.from('other') }]);
    await expect(copyLog({ source: source.log, target: target.log, topics: TOPICS })).rejects.toThrow(
      /differs from the log at b\/\d, offset 0/,
    );
  });

  it('that has more than the source is refused', async () => {
    const [source, target] = [await openLog(), await openLog()];
    await target.log.append(records(30));
    await expect(copyLog({ source: source.log, target: target.log, topics: TOPICS })).rejects.toThrow('somebody else has written to it');
  });

  it('that writes a record twice is noticed at once', async () => {
    const [source, target] = [await openLog(), await openLog()];
    await source.log.append(records(9_000));
    const doubling: EventLog = Object.assign(Object.create(target.log) as EventLog, {
      append: async (batch: readonly AppendRecord[]) => target.log.append([batch[0]!, ...batch]).then((positions) => positions.slice(1)),
    });
    await expect(copyLog({ source: source.log, target: doubling, topics: TOPICS })).rejects.toMatchObject({ code: 'LOG_COPY_DIFFERS' });
  });
});
