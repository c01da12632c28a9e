import { LogConfigurationError, LogTruncatedError } from '../errors';
import { partitionFor } from '../partitioner';
import type { AppendRecord, LogPosition } from '../port';
import { freshName, keyFor, PARTITIONS, readCount, recordOf, rejectionOf, series, startsOf, valueOf, type LogFixture } from './log-harness';

export function topicFeatures(fixture: () => LogFixture): void {
  describe('topics', () => {
    it('are made once, however often and by whomever they are asked for', async () => {
      const [other, name] = [await fixture().open(), freshName()];
      const spec = { name, partitions: 3, retentionMs: null };
      await Promise.all([fixture().log.ensureTopics([spec]), other.ensureTopics([spec])]);
      await fixture().log.ensureTopics([spec]);
      expect(await other.bounds([name])).toEqual([0, 1, 2].map((partition) => ({ topic: name, partition, start: 0, end: 0 })));
    });

    it('are never re-partitioned', async () => {
      const name = await fixture().topic(2);
      await expect(fixture().log.ensureTopics([{ name, partitions: 3, retentionMs: null }])).rejects.toBeInstanceOf(LogConfigurationError);
      expect(await fixture().log.bounds([name])).toHaveLength(2);
    });

    it('must exist before they are used', async () => {
      const nowhere = recordOf(freshName(), 'k', 'v');
      expect(await rejectionOf(fixture().log.append([nowhere]))).toMatchObject({ code: 'LOG_CONFIGURATION', retryable: false });
    });
  });
}

export function appendFeatures(fixture: () => LogFixture): void {
  describe('append', () => {
    it('answers the positions in the order given, gapless per partition, by the hash of the key', async () => {
      const topic = await fixture().topic();
      const records = Array.from({ length: 200 }, (_, i) => recordOf(topic, `key ${i % 37}`, `${i}`));
      const positions = await fixture().log.append(records);
      const next = new Map<number, number>();
      const expected = records.map(({ key }): LogPosition => {
        const partition = partitionFor(key, PARTITIONS);
        const offset = next.get(partition) ?? 0;
        next.set(partition, offset + 1);
        return { topic, partition, offset };
      });
      expect(positions).toEqual(expected);
    });

    it('takes nothing for an answer', async () => {
      await expect(fixture().log.append([])).resolves.toEqual([]);
    });

    it.each<[string, Partial<AppendRecord>]>([
      ['no bytes', { value: Buffer.alloc(0) }],
      ['every byte', { value: Buffer.from(Array.from({ length: 256 }, (_, i) => i)) }],
      ['invalid UTF-8', { value: Buffer.from([0xff, 0xc3, 0x28, 0x00, 0x5c, 0x78]) }],
      ['100 kB', { value: Buffer.alloc(100_000, 'picly') }],
      ['no headers', { headers: {} }],
      ['headers in every script', { headers: { ce_subject: 'é 猫 🐈 "quoted" \\x00 {}', empty: '', ce_äöü: 'line\nbreak\ttab' } }],
      ['a key in every script', { key: 'ключ 🔑 "\\,{}' }],
      ['an empty key', { key: '' }],
      ['a time in the past', { timestamp: 1 }],
    ])('keeps %s as they are', async (_, given) => {
      const topic = await fixture().topic();
      const record: AppendRecord = { ...recordOf(topic, 'key', 'value'), ...given };
      const [position] = await fixture().log.append([record]);
      const [batch] = await fixture().log.read({ from: startsOf(topic), maxRecords: 10, maxWaitMs: 5_000 });
      expect(batch?.records).toEqual([{ ...record, ...position }]);
    });

    it('refuses a record that is too large for good, and takes the others', async () => {
      const topic = await fixture().topic();
      const tooLarge: AppendRecord = { ...recordOf(topic, 'key', ''), value: Buffer.alloc(2_000_000) };
      const [refused, taken] = await Promise.all([
        rejectionOf(fixture().log.append([tooLarge])),
        fixture().log.append([recordOf(topic, 'key', 'small')]),
      ]);
      expect(refused).toMatchObject({ code: 'LOG_RECORD_TOO_LARGE', retryable: false });
      expect(taken).toHaveLength(1);
    });

    it('by several processes at once loses nothing, doubles nothing and keeps the order of each', async () => {
      const topic = await fixture().topic();
      const logs = [fixture().log, await fixture().open(), await fixture().open()];
      const acknowledged = new Map<string, string>();
      await Promise.all(
        logs.flatMap((log, process) =>
          [0, 1, 2].map(async (task) => {
            for (let round = 0; round < 10; round++) {
              const records = series(topic, keyFor(task), 10, `${process}-${task}-${round}-`);
              const positions = await log.append(records);
              positions.forEach((p, i) => acknowledged.set(`${p.partition}/${p.offset}`, records[i]?.value.toString() ?? ''));
            }
          }),
        ),
      );
      const records = await readCount(fixture().log, startsOf(topic), 900);
      expect(acknowledged.size).toBe(900);
      for (const record of records) expect(valueOf(record)).toBe(acknowledged.get(`${record.partition}/${record.offset}`));
      for (const writer of ['0-0-', '1-1-', '2-2-']) {
        const own = records.map(valueOf).filter((value) => value.startsWith(writer));
        expect(own).toEqual(Array.from({ length: 100 }, (_, i) => `${writer}${Math.floor(i / 10)}-${i % 10}`));
      }
    });

    it('finishes what is under way when the log is closed, and takes no more', async () => {
      const topic = await fixture().topic();
      const log = await fixture().open();
      const appending = log.append(series(topic, 'key', 50));
      await log.close();
      await expect(appending).resolves.toHaveLength(50);
      expect(await rejectionOf(log.append(series(topic, 'key', 1)))).toMatchObject({ code: 'LOG_CLOSED' });
    });
  });
}

export function readFeatures(fixture: () => LogFixture): void {
  describe('read', () => {
    it('begins at the position given and goes no further than asked', async () => {
      const topic = await fixture().topic();
      await fixture().log.append(series(topic, keyFor(2), 20));
      const batches = await fixture().log.read({ from: [{ topic, partition: 2, offset: 5 }], maxRecords: 7, maxWaitMs: 5_000 });
      expect(batches.flatMap((batch) => batch.records.map(valueOf))).toEqual(['5', '6', '7', '8', '9', '10', '11']);
      expect(batches[0]).toMatchObject({ topic, partition: 2, end: 20 });
    });

    it('keeps to its limit over all partitions', async () => {
      const topic = await fixture().topic();
      for (let partition = 0; partition < PARTITIONS; partition++) await fixture().log.append(series(topic, keyFor(partition), 10));
      const batches = await fixture().log.read({ from: startsOf(topic), maxRecords: 9, maxWaitMs: 5_000 });
      const count = batches.reduce((sum, batch) => sum + batch.records.length, 0);
      expect(count).toBeGreaterThan(0);
      expect(count).toBeLessThanOrEqual(9);
    });

    it('answers at once at the end when it may not wait', async () => {
      const topic = await fixture().topic();
      await expect(fixture().log.read({ from: startsOf(topic), maxRecords: 10, maxWaitMs: 0 })).resolves.toEqual([]);
    });

    it('waits for the first record, whoever appends it', async () => {
      const topic = await fixture().topic();
      const other = await fixture().open();
      const reading = fixture().log.read({ from: startsOf(topic), maxRecords: 10, maxWaitMs: 20_000 });
      await other.append([recordOf(topic, 'key', 'news')]);
      expect((await reading).flatMap((batch) => batch.records.map(valueOf))).toEqual(['news']);
    });

    it('stops waiting when told to', async () => {
      const topic = await fixture().topic();
      const abort = new AbortController();
      const reading = fixture().log.read({ from: startsOf(topic), maxRecords: 10, maxWaitMs: 60_000, signal: abort.signal });
      abort.abort();
      await expect(reading).resolves.toEqual([]);
    });

    it('gives the same from zero, again and again', async () => {
      const topic = await fixture().topic();
      await fixture().log.append(series(topic, 'key', 300));
      const first = await readCount(fixture().log, startsOf(topic), 300);
      expect(await readCount(await fixture().open(), startsOf(topic), 300)).toEqual(first);
      expect(first.map(valueOf)).toEqual(Array.from({ length: 300 }, (_, i) => `${i}`));
    });

    it('never skips what is appended by others while it follows the end', async () => {
      const topic = await fixture().topic(2);
      const writers = [await fixture().open(), await fixture().open(), await fixture().open()];
      const following = readCount(fixture().log, startsOf(topic, 2), 1_800);
      await Promise.all(
        writers.map(async (log, writer) => {
          for (let i = 0; i < 60; i++) await log.append(series(topic, `key ${writer}-${i % 7}`, 10, `${writer}-${i}-`));
        }),
      );
      expect(new Set((await following).map(valueOf)).size).toBe(1_800);
    });

    it('is refused below the start, as the records are gone', async () => {
      const topic = await fixture().topic();
      await fixture().log.append(series(topic, keyFor(1), 10));
      await fixture().log.trim([{ topic, partition: 1, offset: 6 }]);
      const refused = await rejectionOf(
        fixture().log.read({ from: [{ topic, partition: 1, offset: 3 }], maxRecords: 10, maxWaitMs: 5_000 }),
      );
      expect(refused).toBeInstanceOf(LogTruncatedError);
      expect(refused).toMatchObject({ topic, partition: 1, expected: 3, found: 6, retryable: false });
      const left = await fixture().log.read({ from: [{ topic, partition: 1, offset: 6 }], maxRecords: 10, maxWaitMs: 5_000 });
      expect(left.flatMap((batch) => batch.records.map(valueOf))).toEqual(['6', '7', '8', '9']);
    });
  });

  describe('bounds', () => {
    it('tell the first record kept and the next to be written', async () => {
      const topic = await fixture().topic(2);
      await fixture().log.append(series(topic, keyFor(0, 2), 5));
      await fixture().log.trim([{ topic, partition: 0, offset: 2 }]);
      expect(await fixture().log.bounds([topic])).toEqual([
        { topic, partition: 0, start: 2, end: 5 },
        { topic, partition: 1, start: 0, end: 0 },
      ]);
    });

    it('never go back, nor beyond the end, by trimming', async () => {
      const topic = await fixture().topic(1);
      await fixture().log.append(series(topic, 'key', 5));
      await fixture().log.trim([{ topic, partition: 0, offset: 4 }]);
      await fixture().log.trim([{ topic, partition: 0, offset: 1 }]);
      expect(await fixture().log.bounds([topic])).toEqual([{ topic, partition: 0, start: 4, end: 5 }]);
      await fixture().log.trim([{ topic, partition: 0, offset: 100 }]);
      expect(await fixture().log.bounds([topic])).toEqual([{ topic, partition: 0, start: 5, end: 5 }]);
    });
  });
}
