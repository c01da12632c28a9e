import type { Broker, Cluster, Consumer, Kafka } from 'kafkajs';
import { LogUnavailableError } from '../errors';
import type { LogPosition, TopicPartition } from '../port';
import { coPartitionedAssigner } from './co-partitioned-assigner';
import { closedBroker, outOfRange } from './kafka-errors';
import { type Contiguous, contiguous, type RawMessage } from './raw-message';

export interface FetchLimits {
  readonly maxWaitMs: number;
  readonly maxBytes: number;
  readonly maxBytesPerPartition: number;
}

/** What one broker answered for one partition, from the position asked for. */
export interface Fetched extends TopicPartition, Contiguous {
  readonly from: number;
  readonly end: number;
}

export interface FetchAnswer {
  readonly fetched: readonly Fetched[];
  /** The position lies outside the partition: the broker answered nothing for anybody. */
  readonly outOfRange?: TopicPartition;
}

interface RawAnswer {
  readonly responses: readonly { topicName: string; partitions: readonly RawPartition[] }[];
}

interface RawPartition {
  readonly partition: number;
  readonly highWatermark: string;
  readonly messages: readonly RawMessage[];
}

const READ_COMMITTED = 1;

/**
 * Fetching without a group. kafkajs has no public call for it, but hands its `Cluster` to every partition assigner: a
 * consumer that is never run gives us one, with connections of its own.
 */
export class FetchClient {
  readonly #consumer: Consumer;
  readonly #known = new Set<string>();
  #cluster: Cluster | undefined;

  constructor(kafka: Kafka) {
    this.#consumer = kafka.consumer({
      groupId: 'never-joined',
      allowAutoTopicCreation: false,
      partitionAssigners: [
        (config) => {
          this.#cluster = config.cluster;
          return coPartitionedAssigner(config);
        },
      ],
    });
  }

  async connect(): Promise<void> {
    await this.#consumer.connect();
    await this.#api().addMultipleTargetTopics([]);
  }

  /** Know the leaders of these topics from now on. */
  async watch(topics: readonly string[]): Promise<void> {
    if (topics.every((topic) => this.#known.has(topic))) return;
    await this.#api().addMultipleTargetTopics([...topics]);
    for (const topic of topics) this.#known.add(topic);
  }

  /** The partitions by the node that leads them; those without a leader are not in it. */
  leaders<T extends TopicPartition>(partitions: readonly T[]): Map<string, T[]> {
    const byNode = new Map<string, T[]>();
    for (const wanted of partitions) {
      const metadata = this.#api().findTopicPartitionMetadata(wanted.topic);
      const leader = metadata.find((m) => m.partitionId === wanted.partition)?.leader ?? -1;
      if (leader < 0) continue;
      const own = byNode.get(String(leader));
      if (own) own.push(wanted);
      else byNode.set(String(leader), [wanted]);
    }
    return byNode;
  }

  async fetch(node: string, positions: readonly LogPosition[], limits: FetchLimits): Promise<FetchAnswer> {
    const broker: Broker = await this.#api().findBroker({ nodeId: node });
    try {
      const answer: unknown = await broker.fetch({
        replicaId: -1,
        isolationLevel: READ_COMMITTED,
        maxWaitTime: limits.maxWaitMs,
        minBytes: 1,
        maxBytes: limits.maxBytes,
        topics: toFetchTopics(positions, limits.maxBytesPerPartition),
      });
      if (!isRawAnswer(answer)) throw new LogUnavailableError('a fetch was answered with something else');
      return { fetched: toFetched(answer, positions) };
    } catch (error) {
      const partition = outOfRange(error);
      if (partition) return { fetched: [], outOfRange: partition };
      throw error;
    }
  }

  async bounds({ topic, partition }: TopicPartition): Promise<{ start: number; end: number }> {
    const partitions = [{ partition }];
    const [low] = await this.#api().fetchTopicsOffset([{ topic, partitions, fromBeginning: true }]);
    const [high] = await this.#api().fetchTopicsOffset([{ topic, partitions, fromBeginning: false }]);
    const start = low?.partitions[0]?.offset;
    const end = high?.partitions[0]?.offset;
    if (start === undefined || end === undefined) throw new LogUnavailableError(`${topic}/${partition}: no bounds were answered`);
    return { start: Number(start), end: Number(end) };
  }

  /** After a failure: forget the broker whose connection broke, find out who leads what now. Never throws. */
  async recover(error: unknown): Promise<void> {
    const closed = closedBroker(error);
    if (closed) this.#api().removeBroker(closed);
    await this.#api()
      .refreshMetadata()
      .catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#consumer.disconnect().catch(() => undefined);
  }

  #api(): Cluster {
    if (!this.#cluster) throw new LogUnavailableError('kafkajs handed out no cluster');
    return this.#cluster;
  }
}

function isRawAnswer(answer: unknown): answer is RawAnswer {
  return typeof answer === 'object' && answer !== null && 'responses' in answer && Array.isArray(answer.responses);
}

type FetchTopic = Parameters<Broker['fetch']>[0]['topics'][number];

function toFetchTopics(positions: readonly LogPosition[], maxBytes: number): FetchTopic[] {
  const byTopic = new Map<string, FetchTopic>();
  for (const { topic, partition, offset } of positions) {
    const entry = byTopic.get(topic) ?? { topic, partitions: [] };
    byTopic.set(topic, entry);
    entry.partitions.push({ partition, fetchOffset: String(offset), maxBytes });
  }
  return [...byTopic.values()];
}

function toFetched(answer: RawAnswer, positions: readonly LogPosition[]): Fetched[] {
  const offsets = new Map(positions.map((position) => [`${position.topic}/${position.partition}`, position.offset]));
  return answer.responses.flatMap(({ topicName: topic, partitions }) =>
    partitions.map(({ partition, highWatermark, messages }) => {
      const from = offsets.get(`${topic}/${partition}`) ?? 0;
      return { topic, partition, from, end: Number(highWatermark), ...contiguous({ topic, partition, offset: from }, messages) };
    }),
  );
}
