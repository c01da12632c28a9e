import fc from 'fast-check';
import type { RecordMetadata, TopicMessages } from 'kafkajs';
import type { AppendRecord, LogPosition } from '../port';
import { AppendTicket, recordBytes } from './append-ticket';
import { Appender } from './appender';
import { leaderMoveCluster } from './leader-move.fixture';
import type { ConnectProducer, LiveProducer } from './producer-slot';
import type { SendBatch } from './verified-send';

const limits = { recordsPerPartition: 1_000, bytesPerPartition: 900_000, bytesPerSend: 8_000_000 };

function protocolError(type: string): Error {
  return Object.assign(new Error(type), { name: 'KafkaJSProtocolError', type });
}

/** A broker that stores what it is sent, and answers as it is told to. */
class FakeBroker {
  readonly stored = new Map<string, string[]>();
  readonly sends: TopicMessages[][] = [];
  /** One entry per send; when they are used up every send works. */
  readonly faults: ((write: () => RecordMetadata[]) => RecordMetadata[] | Promise<RecordMetadata[]>)[] = [];
  producers = 0;
  closed = 0;
  underWay = 0;
  mostUnderWay = 0;

  readonly connect: ConnectProducer = async (): Promise<LiveProducer> => {
    this.producers += 1;
    return { send: this.send, ends: new Map(), close: async () => void (this.closed += 1) };
  };

  readonly send: SendBatch = async (topicMessages) => {
    this.sends.push(topicMessages);
    this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay);
    try {
      await new Promise((resolve) => setImmediate(resolve));
      const fault = this.faults.shift();
      return await (fault ? fault(() => this.write(topicMessages)) : this.write(topicMessages));
    } finally {
      this.underWay -= 1;
    }
  };

  write(topicMessages: readonly TopicMessages[]): RecordMetadata[] {
    const answer = new Map<string, RecordMetadata>();
    for (const { topic, messages } of topicMessages) {
      for (const message of messages) {
        const key = `${topic}/${message.partition}`;
        const log = this.stored.get(key) ?? [];
        this.stored.set(key, log);
        if (!answer.has(key))
          answer.set(key, { topicName: topic, partition: message.partition ?? -1, errorCode: 0, baseOffset: String(log.length) });
        log.push(String(message.value));
      }
    }
    return [...answer.values()];
  }
}

describe('appending to Kafka', () => {
  let broker: FakeBroker;
  let appender: Appender;

  beforeEach(() => {
    broker = new FakeBroker();
    appender = new Appender(broker.connect, { limits, onWarning: () => undefined });
  });

  afterEach(() => appender.close());

  function append(
    values: readonly string[],
    options: { partition?: (value: string) => number; deadlineMs?: number } = {},
  ): Promise<readonly LogPosition[]> {
    const ticket = new AppendTicket(values.length, options.deadlineMs ?? 5_000);
    appender.add(
      values.map((value, index) => {
        const record: AppendRecord = { topic: 't', key: value, value: Buffer.from(value), headers: {}, timestamp: 1 };
        return { record, partition: options.partition?.(value) ?? 0, bytes: recordBytes(record), ticket, index };
      }),
    );
    return ticket.done;
  }

  it('answers the positions in the order of the records, whatever their partitions', async () => {
    const positions = await append(['a', 'b', 'c'], { partition: (value) => (value === 'b' ? 1 : 0) });
    expect(positions.map(({ partition, offset }) => [partition, offset])).toEqual([
      [0, 0],
      [1, 0],
      [0, 1],
    ]);
  });

  it('gives every record an explicit partition', async () => {
    await append(['a', 'b'], { partition: (value) => (value === 'b' ? 3 : 2) });
    expect(broker.sends.flat().flatMap(({ messages }) => messages.map((message) => message.partition))).toEqual([2, 3]);
  });

  it('has one send under way at any time and groups what arrives meanwhile', async () => {
    broker.faults.push(async (write) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return write();
    });
    const first = append(['1']);
    while (broker.underWay === 0) await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([first, ...Array.from({ length: 50 }, (_, i) => append([`c${i}`]))]);
    expect(broker.mostUnderWay).toBe(1);
    expect(broker.sends.length).toBeLessThanOrEqual(3);
  });

  it('sends at most 1,000 records of a partition at once, in their order', async () => {
    const values = Array.from({ length: 2_500 }, (_, i) => String(i));
    await append(values);
    expect(broker.sends.map((send) => send[0]?.messages.length)).toEqual([1_000, 1_000, 500]);
    expect(broker.stored.get('t/0')).toEqual(values);
  });

  it('sends at most the allowed bytes of a partition at once', async () => {
    await append(Array.from({ length: 30 }, (_, i) => String(i).padEnd(100_000, '.')));
    const sizes = broker.sends.map((send) => send.flatMap(({ messages }) => messages).reduce((sum, m) => sum + String(m.value).length, 0));
    expect(Math.max(...sizes)).toBeLessThan(900_000);
  });

  it('sends again what an acknowledged send left out: kafkajs drops a partition whose leader moves during a retry', async () => {
    const naive = leaderMoveCluster();
    const answer = await naive.send([
      {
        topic: 't',
        messages: [
          { value: 'a', partition: 0 },
          { value: 'b', partition: 1 },
        ],
      },
    ]);
    expect(answer).toHaveLength(1);
    expect(naive.stored.get(1)).toEqual([]);

    const moving = leaderMoveCluster();
    const onMovingCluster = new Appender(async () => ({ send: moving.send, ends: new Map(), close: async () => undefined }), {
      limits,
      onWarning: () => undefined,
    });
    appender = onMovingCluster;
    const positions = await append(['a', 'b'], { partition: (value) => (value === 'b' ? 1 : 0) });
    expect(positions).toHaveLength(2);
    expect(Object.fromEntries(moving.stored)).toEqual({ 0: ['a'], 1: ['b'] });
  });

  it('sends again, with a fresh producer, what the broker took for an earlier batch', async () => {
    await append(['a', 'b']);
    broker.faults.push(() => [{ topicName: 't', partition: 0, errorCode: 0, baseOffset: '0' }]);
    const [position] = await append(['c']);
    expect(position?.offset).toBe(2);
    expect(broker.stored.get('t/0')).toEqual(['a', 'b', 'c']);
    expect(broker.producers).toBe(2);
  });

  it.each(['OUT_OF_ORDER_SEQUENCE_NUMBER', 'DUPLICATE_SEQUENCE_NUMBER', 'INVALID_PRODUCER_EPOCH', 'UNKNOWN_PRODUCER_ID'])(
    'goes on with a fresh producer after %s, which this one never recovers from',
    async (type) => {
      broker.faults.push(() => Promise.reject(protocolError(type)));
      await append(['a']);
      expect(broker.producers).toBe(2);
      expect(broker.closed).toBe(1);
      expect(broker.stored.get('t/0')).toEqual(['a']);
    },
  );

  it('repeats a failed send unchanged on the same producer, so that the broker can tell it is the same', async () => {
    broker.faults.push(() => Promise.reject(new Error('lost')));
    const first = append(['a']);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const second = append(['b']);
    await Promise.all([first, second]);
    expect(broker.sends.map((send) => send.flatMap(({ messages }) => messages.map((m) => String(m.value))))).toEqual([['a'], ['a'], ['b']]);
    expect(broker.producers).toBe(1);
  });

  it('answers "unavailable" at the deadline while a send never ends', async () => {
    let answer: () => void = () => undefined;
    broker.faults.push((write) => new Promise((resolve) => (answer = () => resolve(write()))));
    await expect(append(['a'], { deadlineMs: 50 })).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE', retryable: true });
    const waiting = append(['b'], { deadlineMs: 50 });
    await expect(waiting).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    answer();
    await append(['c']);
    expect(broker.stored.get('t/0')).toEqual(['a', 'c']);
  });

  it('goes on with a fresh producer when a send never ends, as when kafkajs forgets a request of a broken connection', async () => {
    const impatient = new Appender(broker.connect, { limits, sendWithinMs: 30, onWarning: () => undefined });
    appender = impatient;
    broker.faults.push(() => new Promise(() => undefined));
    expect(await append(['a', 'b'])).toHaveLength(2);
    expect(broker.producers).toBe(2);
    expect(broker.stored.get('t/0')).toEqual(['a', 'b']);
  });

  it('never reuses the sequence numbers of a send it gave up: the next one has a fresh producer', async () => {
    broker.faults.push(
      () => Promise.reject(new Error('lost')),
      () => Promise.reject(new Error('lost')),
    );
    await expect(append(['a'], { deadlineMs: 30 })).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    await append(['b']);
    expect(broker.producers).toBe(2);
  });

  it('rejects the record that is too large for the broker, and only that one', async () => {
    const tooLarge = (write: () => RecordMetadata[]): RecordMetadata[] => {
      const values = broker.sends.at(-1)?.flatMap(({ messages }) => messages.map((m) => String(m.value))) ?? [];
      if (values.includes('huge')) throw protocolError('MESSAGE_TOO_LARGE');
      return write();
    };
    broker.faults.push(...Array.from({ length: 20 }, () => tooLarge));
    const [small, huge, other] = await Promise.allSettled([append(['a']), append(['huge']), append(['b'])]);
    expect(small?.status).toBe('fulfilled');
    expect(other?.status).toBe('fulfilled');
    expect(huge).toMatchObject({ status: 'rejected', reason: { code: 'LOG_RECORD_TOO_LARGE', retryable: false } });
  });

  it('writes every record once and in order per partition, whatever fails before it is written', async () => {
    const fault = fc.constantFrom('fails', 'drops a partition', 'works');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat(3), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 }),
        fc.array(fault, { maxLength: 4 }),
        async (calls, faults) => {
          const flaky = new FakeBroker();
          for (const kind of faults) {
            flaky.faults.push((write) => {
              if (kind === 'fails') throw new Error('lost');
              if (kind === 'works') return write();
              const send = flaky.sends.at(-1) ?? [];
              const kept = send.flatMap(({ messages }) => messages).at(0)?.partition;
              return flaky.write(send.map(({ topic, messages }) => ({ topic, messages: messages.filter((m) => m.partition === kept) })));
            });
          }
          appender = new Appender(flaky.connect, { limits: { ...limits, recordsPerPartition: 3 }, onWarning: () => undefined });
          let count = 0;
          const expected = new Map<string, string[]>();
          const done = calls.map((partitions) => {
            const values = partitions.map((partition) => `${partition}:${count++}`);
            for (const value of values) expected.set(`t/${value[0]}`, [...(expected.get(`t/${value[0]}`) ?? []), value]);
            return append(values, { partition: (value) => Number(value[0]) });
          });
          await Promise.all(done);
          expect(new Map([...flaky.stored].sort())).toEqual(new Map([...expected].sort()));
        },
      ),
      { numRuns: 15 },
    );
  });
});
