import { describeWithKafka, loseProduceAnswers } from '@picly/testing';
import { createKafkaLog } from '../kafka/kafka-log';
import type { EventLog, LogPosition } from '../port';
import { freshTopic, positionsOf, record } from './kafka-harness';
import { proxied } from './kafka-wire';

describeWithKafka('appending over a broken network', (kafka) => {
  let log: EventLog;
  let topic: string;
  let stop: () => Promise<void>;
  let proxy: Awaited<ReturnType<typeof proxied>>['proxy'];

  beforeEach(async () => {
    const detour = await proxied(kafka.brokers);
    proxy = detour.proxy;
    log = await createKafkaLog({ ...detour.through, clientId: 'faults' });
    topic = freshTopic();
    await log.ensureTopics([{ name: topic, partitions: 1, retentionMs: null }]);
    await log.append([record(topic, 'k', 'first')]);
    stop = async () => {
      proxy.refuse(false);
      await log.close();
      await proxy.close();
    };
  });

  afterEach(() => stop());

  async function stored(): Promise<string[]> {
    const direct = await createKafkaLog({ brokers: kafka.brokers, clientId: 'check' });
    const batches = await direct.read({ from: await positionsOf(direct, topic), maxRecords: 100_000, maxWaitMs: 0 });
    await direct.close();
    return batches.flatMap((batch) => batch.records.map((r) => r.value.toString()));
  }

  it('writes every record exactly once when acknowledgements of concurrent appends are lost', async () => {
    const fault = loseProduceAnswers(1, 3);
    proxy.inspect(fault.inspect);
    const values = Array.from({ length: 60 }, (_, i) => `v${i}`);
    const appending: Promise<readonly LogPosition[]>[] = [];
    for (const value of values) {
      appending.push(log.append([record(topic, 'k', value)]));
      if (appending.length % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const positions = (await Promise.all(appending)).flat();
    expect(fault.lost()).toBe(3);
    expect(await stored()).toEqual(['first', ...values]);
    expect(positions.map(({ offset }) => offset)).toEqual(values.map((_, i) => i + 1));
  });

  it('answers "unavailable" at its deadline while no broker can be reached, and works again afterwards', async () => {
    proxy.refuse(true);
    const began = Date.now();
    await expect(log.append([record(topic, 'k', 'never')], { deadlineMs: 700 })).rejects.toMatchObject({
      code: 'LOG_UNAVAILABLE',
      retryable: true,
    });
    // Its own deadline, far below the ten seconds of the others.
    expect(Date.now() - began).toBeLessThan(5_000);
    proxy.refuse(false);
    await log.append([record(topic, 'k', 'again')], { deadlineMs: 60_000 });
    expect(await stored()).toContain('again');
  });

  it('keeps what it acknowledged when connections are cut again and again', async () => {
    const cutting = setInterval(() => proxy.cut(), 150);
    const acknowledged: string[] = [];
    await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let i = 0; i < 40; i++) {
          const value = `${writer}-${i}`;
          await log.append([record(topic, 'k', value)], { deadlineMs: 60_000 });
          acknowledged.push(value);
        }
      }),
    );
    clearInterval(cutting);
    const values = await stored();
    expect(acknowledged).toHaveLength(320);
    expect(new Set(values)).toEqual(new Set(['first', ...acknowledged]));
  });

  it('reads on after connections were cut', async () => {
    proxy.cut();
    const [batch] = await log.read({ from: [{ topic, partition: 0, offset: 0 }], maxRecords: 10, maxWaitMs: 1_000 });
    expect(batch?.records[0]?.value.toString()).toBe('first');
  });
});
