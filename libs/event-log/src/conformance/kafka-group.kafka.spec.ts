import { describeWithKafka } from '@picly/testing';
import { Kafka, logLevel } from 'kafkajs';
import { createKafkaLog } from '../kafka/kafka-log';
import type { EventLog, GroupMember, JoinOptions, LogBatch } from '../port';
import { eventually, freshTopic, keyOf, record, Recorder } from './kafka-harness';
import { proxied } from './kafka-wire';

const PARTITIONS = 4;

describeWithKafka('a consumer group on Kafka', (kafka) => {
  let log: EventLog;
  let topic: string;
  let members: GroupMember[];
  const cleanUp: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    log = await createKafkaLog({ brokers: kafka.brokers, clientId: 'spec', groupCommitIntervalMs: 200 });
  });

  beforeEach(async () => {
    topic = freshTopic();
    members = [];
    await log.ensureTopics([{ name: topic, partitions: PARTITIONS, retentionMs: null }]);
  });

  afterEach(async () => {
    await Promise.all(members.map((member) => member.leave()));
    for (const step of cleanUp.splice(0)) await step();
  });
  afterAll(() => log.close());

  async function join(handler: Recorder, options: Partial<JoinOptions> = {}, through = log): Promise<GroupMember> {
    const member = await through.join({ group: topic, topics: [topic], handler, sessionTimeoutMs: 3_000, ...options });
    members.push(member);
    return member;
  }

  /** Records `first` to `last`, on all partitions. */
  function appendMany(first: number, last: number): Promise<unknown> {
    return log.append(Array.from({ length: last - first + 1 }, (_, i) => record(topic, `k${first + i}`, String(first + i))));
  }

  const numbers = (recorder: Recorder): number[] =>
    recorder
      .values()
      .map(Number)
      .sort((a, b) => a - b);
  const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

  it('keeps delivering the other partitions while one handler fails again and again', async () => {
    await appendMany(1, 200);
    class Poisoned extends Recorder {
      tries = 0;
      healed = false;
      override async batch(batch: LogBatch): Promise<void> {
        if (batch.partition === 1 && !this.healed) {
          this.tries += 1;
          throw new Error('poison');
        }
        await super.batch(batch);
      }
    }
    const recorder = new Poisoned();
    await join(recorder);
    const others = (await log.bounds([topic])).filter((b) => b.partition !== 1).reduce((sum, b) => sum + b.end, 0);
    await eventually(() => recorder.records.length === others && recorder.tries >= 3);
    await appendMany(201, 300);
    await eventually(() => recorder.records.length > others + 40);
    recorder.healed = true;
    await eventually(() => recorder.records.length === 300);
    expect(numbers(recorder)).toEqual(upTo(300));
    expect(recorder.halts).toEqual([]);
  });

  it('begins at the positions of the handler, whatever the group has stored', async () => {
    await appendMany(1, 100);
    const first = new Recorder();
    const member = await join(first);
    await eventually(() => first.records.length === 100);
    await member.leave();
    expect((await committed(topic)).reduce((sum, offset) => sum + offset, 0)).toBe(100);

    const fromStart = new Recorder();
    const again = await join(fromStart);
    await eventually(() => fromStart.records.length === 100);
    await again.leave();

    const bounds = await log.bounds([topic]);
    const fromEnd = new Recorder(new Map(bounds.map((b) => [keyOf(b), b.end])));
    await join(fromEnd);
    await appendMany(101, 120);
    await eventually(() => fromEnd.records.length === 20);
    expect(numbers(fromEnd)).toEqual(Array.from({ length: 20 }, (_, i) => 101 + i));
  });

  it('goes on at the positions of the handlers after every rebalance, without skips or repeats', async () => {
    const positions = new Map<string, number>();
    const one = new Recorder(positions);
    const two = new Recorder(positions);
    await join(one);
    await appendMany(1, 100);
    await eventually(() => one.records.length === 100);
    const second = await join(two);
    await eventually(() => members[0]?.assignment().length === 2 && second.assignment().length === 2);
    await appendMany(101, 300);
    await eventually(() => one.records.length + two.records.length === 300);
    await second.leave();
    await appendMany(301, 400);
    await eventually(() => one.records.length + two.records.length === 400);
    expect([...numbers(one), ...numbers(two)].sort((a, b) => a - b)).toEqual(upTo(400));
    expect(one.assignments.map((partitions) => partitions.length)).toEqual([4, 2, 4]);
    expect(one.revocations.map((partitions) => partitions.length)).toEqual([4, 2]);
  });

  it('does not disturb its members with one that has nothing to do in the same process', async () => {
    const single = freshTopic();
    await log.ensureTopics([{ name: single, partitions: 1, retentionMs: null }]);
    const positions = new Map<string, number>();
    const [one, two] = [new Recorder(positions), new Recorder(positions)];
    await join(one, { topics: [single] });
    await join(two, { topics: [single] });
    await eventually(() => members.reduce((sum, member) => sum + member.assignment().length, 0) === 1);
    const joins = one.assignments.length + two.assignments.length;
    await log.append([record(single, 'k', '1'), record(single, 'k', '2')]);
    await eventually(() => one.records.length + two.records.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(one.assignments.length + two.assignments.length).toBe(joins);
  });

  it('gives partition i of all topics to the same member', async () => {
    const other = freshTopic();
    await log.ensureTopics([{ name: other, partitions: PARTITIONS, retentionMs: null }]);
    const topics = [topic, other];
    const first = await join(new Recorder(), { topics });
    const second = await join(new Recorder(), { topics });
    await eventually(() => first.assignment().length === 4 && second.assignment().length === 4);
    for (const member of [first, second]) {
      const perTopic = topics.map((name) =>
        member
          .assignment()
          .filter((p) => p.topic === name)
          .map((p) => p.partition),
      );
      expect(perTopic[0]).toEqual(perTopic[1]);
    }
  });

  it('halts a partition whose records are gone, delivers nothing of it, and goes on with the others', async () => {
    await appendMany(1, 200);
    const bounds = await log.bounds([topic]);
    await log.trim([{ topic, partition: 2, offset: 5 }]);
    const recorder = new Recorder();
    await join(recorder);
    const others = bounds.filter((b) => b.partition !== 2).reduce((sum, b) => sum + b.end, 0);
    await eventually(() => recorder.records.length === others && recorder.halts.length === 1);
    expect(recorder.halts[0]).toMatchObject({
      partition: { topic, partition: 2 },
      error: { code: 'LOG_TRUNCATED', expected: 0, found: 5 },
    });
    await appendMany(201, 260);
    await eventually(() => recorder.records.length > others + 30);
    expect(recorder.records.filter((r) => r.partition === 2)).toEqual([]);
    expect(recorder.halts).toHaveLength(1);
  });

  it('halts a partition that ends before the position: its records were lost', async () => {
    await appendMany(1, 50);
    const recorder = new Recorder(new Map([[`${topic}/3`, 10_000]]));
    await join(recorder);
    await eventually(() => recorder.halts.length === 1);
    expect(recorder.halts[0]?.error).toMatchObject({ code: 'LOG_TRUNCATED', expected: 10_000 });
  });

  it('asks again for positions until the handler can tell them, and delivers nothing before', async () => {
    class Forgetful extends Recorder {
      failures = 3;
      override async assigned(...args: Parameters<Recorder['assigned']>): ReturnType<Recorder['assigned']> {
        if (this.failures-- > 0) throw new Error('no database');
        expect(this.records).toEqual([]);
        return super.assigned(...args);
      }
    }
    await appendMany(1, 20);
    const recorder = new Forgetful();
    await join(recorder);
    await eventually(() => recorder.records.length === 20);
    expect(recorder.assignments).toHaveLength(1);
  });

  it('goes on from where it is sent, and rests while it is paused', async () => {
    await appendMany(1, 40);
    const recorder = new Recorder();
    const member = await join(recorder);
    await eventually(() => recorder.records.length === 40);
    const partition = recorder.records[0]?.partition ?? 0;
    member.pause({ topic, partition });
    await member.seek({ topic, partition, offset: 0 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(recorder.records).toHaveLength(40);
    member.resume({ topic, partition });
    const size = (await log.bounds([topic])).find((b) => b.partition === partition)?.end ?? 0;
    await eventually(() => recorder.records.length === 40 + size);
  });

  it('is stale when it was cut off for longer than a session, and takes part again afterwards', async () => {
    const detour = await proxied(kafka.brokers);
    const cutOff = await createKafkaLog({ ...detour.through, clientId: 'zombie' });
    cleanUp.push(async () => {
      detour.proxy.refuse(false);
      await cutOff.close();
      await detour.proxy.close();
    });
    const positions = new Map<string, number>();
    let release: () => void = () => undefined;
    const seen: boolean[] = [];
    class Slow extends Recorder {
      slow = false;
      override async batch(batch: LogBatch): Promise<void> {
        if (this.slow) {
          this.slow = false;
          seen.push(batch.isStale());
          await new Promise<void>((resolve) => (release = resolve));
          seen.push(batch.isStale());
          throw new Error('fenced');
        }
        await super.batch(batch);
      }
    }
    const zombie = new Slow(positions);
    const heir = new Recorder(positions);
    await join(zombie, {}, cutOff);
    zombie.slow = true;
    await appendMany(1, 1);
    await eventually(() => seen.length === 1);
    detour.proxy.refuse(true);
    await join(heir);
    await eventually(() => heir.records.length === 1);
    release();
    await eventually(() => seen.length === 2);
    expect(seen).toEqual([false, true]);
    detour.proxy.refuse(false);
    await eventually(() => members.every((member) => member.assignment().length === 2));
    await appendMany(2, 60);
    await eventually(() => zombie.records.length + heir.records.length === 60);
    expect([...numbers(zombie), ...numbers(heir)].sort((a, b) => a - b)).toEqual(upTo(60));
    expect(zombie.records.length).toBeGreaterThan(0);
  }, 90_000);

  async function committed(groupId: string): Promise<number[]> {
    const admin = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] });
    await admin.disconnect();
    return offsets?.partitions.map((p) => Number(p.offset)) ?? [];
  }
});
