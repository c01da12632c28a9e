import { randomUUID } from 'node:crypto';
import { describeWithKafka } from '@picly/testing';
import { createKafkaLog } from '../kafka/kafka-log';
import type { EventLog, LogRecord } from '../port';
import { freshTopic, positionsOf, record } from './kafka-harness';

describeWithKafka('the log on Kafka', (kafka) => {
  let log: EventLog;
  let topic: string;

  beforeAll(async () => {
    log = await createKafkaLog({ brokers: kafka.brokers, clientId: 'spec' });
  });

  beforeEach(async () => {
    topic = freshTopic();
    await log.ensureTopics([{ name: topic, partitions: 4, retentionMs: null }]);
  });

  afterAll(() => log.close());

  async function readAll(maxRecords = 10_000): Promise<LogRecord[]> {
    const from = await positionsOf(log, topic);
    const records: LogRecord[] = [];
    for (;;) {
      const batches = await log.read({ from, maxRecords, maxWaitMs: 0 });
      if (batches.length === 0) return records;
      for (const batch of batches) {
        records.push(...batch.records);
        const place = from.findIndex(({ partition }) => partition === batch.partition);
        from[place] = { topic, partition: batch.partition, offset: (batch.records.at(-1)?.offset ?? -1) + 1 };
      }
    }
  }

  it('reads back what was appended, at the positions it answered', async () => {
    const sent = Array.from({ length: 500 }, (_, i) => record(topic, `k${i}`, `v${i}`));
    const positions = await log.append(sent);
    const stored = new Map((await readAll()).map((r) => [`${r.partition}/${r.offset}`, r]));
    expect(stored.size).toBe(500);
    positions.forEach(({ partition, offset }, i) => {
      const found = stored.get(`${partition}/${offset}`);
      expect(found && { ...found, partition: 0, offset: 0 }).toEqual({ ...sent[i], partition: 0, offset: 0 });
    });
  });

  it('keeps the order of concurrent calls per key', async () => {
    await Promise.all(Array.from({ length: 300 }, (_, i) => log.append([record(topic, `k${i % 3}`, `${i}`)])));
    const records = await readAll();
    for (const key of ['k0', 'k1', 'k2']) {
      const values = records.filter((r) => r.key === key).map((r) => Number(r.value));
      expect(values).toHaveLength(100);
      expect(values).toEqual([...values].sort((x, y) => x - y));
    }
  });

  it('reads the same with compression', async () => {
    const compressed = await createKafkaLog({ brokers: kafka.brokers, clientId: 'gzip', compression: 'gzip' });
    await compressed.append(Array.from({ length: 50 }, (_, i) => record(topic, 'same', `v${i}`)));
    await compressed.close();
    expect((await readAll()).map((r) => r.value.toString())).toEqual(Array.from({ length: 50 }, (_, i) => `v${i}`));
  });

  it('never answers more records than asked for, over all partitions', async () => {
    await log.append(Array.from({ length: 100 }, (_, i) => record(topic, `k${i}`, `v${i}`)));
    const batches = await log.read({ from: await positionsOf(log, topic), maxRecords: 7, maxWaitMs: 0 });
    expect(batches.reduce((sum, batch) => sum + batch.records.length, 0)).toBe(7);
  });

  it('waits for the first record as long as it is told to', async () => {
    const began = Date.now();
    expect(await log.read({ from: await positionsOf(log, topic), maxRecords: 1, maxWaitMs: 300 })).toEqual([]);
    expect(Date.now() - began).toBeGreaterThanOrEqual(290);
    const waiting = log.read({ from: await positionsOf(log, topic), maxRecords: 10, maxWaitMs: 10_000 });
    await log.append([record(topic, 'k', 'late')]);
    expect((await waiting)[0]?.records[0]?.value.toString()).toBe('late');
  });

  it('tells lost records when it reads below the start, and beyond the end', async () => {
    await log.append(Array.from({ length: 10 }, (_, i) => record(topic, 'same', `v${i}`)));
    const bounds = await log.bounds([topic]);
    const full = bounds.find((b) => b.end === 10);
    const { partition } = full ?? { partition: -1 };
    await log.trim([{ topic, partition, offset: 6 }]);
    expect((await log.bounds([topic])).find((b) => b.partition === partition)).toMatchObject({ start: 6, end: 10 });
    await expect(log.read({ from: [{ topic, partition, offset: 2 }], maxRecords: 10, maxWaitMs: 0 })).rejects.toMatchObject({
      code: 'LOG_TRUNCATED',
      expected: 2,
      found: 6,
    });
    await expect(log.read({ from: [{ topic, partition, offset: 12 }], maxRecords: 10, maxWaitMs: 0 })).rejects.toMatchObject({
      code: 'LOG_TRUNCATED',
      expected: 12,
      found: 10,
    });
    const [batch] = await log.read({ from: [{ topic, partition, offset: 6 }], maxRecords: 10, maxWaitMs: 0 });
    expect(batch?.records.map((r) => r.value.toString())).toEqual(['v6', 'v7', 'v8', 'v9']);
  });

  it('refuses topics that exist in another shape, and creates those that are missing once', async () => {
    await expect(log.ensureTopics([{ name: topic, partitions: 5, retentionMs: null }])).rejects.toMatchObject({
      code: 'LOG_CONFIGURATION',
    });
    const others = [freshTopic(), freshTopic()].map((name) => ({ name, partitions: 2, retentionMs: 86_400_000 }));
    await Promise.all([log.ensureTopics(others), log.ensureTopics(others)]);
    expect(await log.bounds(others.map(({ name }) => name))).toHaveLength(4);
  });

  it('refuses a topic that does not exist', async () => {
    await expect(log.append([record(`nowhere.${randomUUID()}`, 'k', 'v')])).rejects.toMatchObject({ code: 'LOG_CONFIGURATION' });
  });

  it('refuses a record larger than a batch may be, and writes the others of the same moment', async () => {
    const huge = log.append([record(topic, 'k', 'x'.repeat(1_000_000))]);
    const small = log.append([record(topic, 'k', 'small')]);
    await expect(huge).rejects.toMatchObject({ code: 'LOG_RECORD_TOO_LARGE', retryable: false });
    await small;
    expect((await readAll()).map((r) => r.value.toString())).toEqual(['small']);
  });
});
