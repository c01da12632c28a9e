import type { Admin, ITopicConfig } from 'kafkajs';
import { LogConfigurationError, LogUnavailableError } from '../errors';
import type { LogPosition, PartitionBounds, TopicSpec } from '../port';
import { toLogError } from './kafka-errors';
import { checkSettings, keepingSettings, type SettingsOptions } from './topic-settings';

const ANY_FUTURE = '9223372036854775807';

/** Topics and their bounds, through kafkajs' admin client. Partition counts are fixed, so they are asked for once. */
export class Topics {
  readonly #partitions = new Map<string, number>();
  #connected: Promise<void> | undefined;

  constructor(
    private readonly admin: Admin,
    private readonly options: SettingsOptions & { readonly replicationFactor: number | undefined },
  ) {}

  async ensure(specs: readonly TopicSpec[]): Promise<void> {
    await this.#asking('ensureTopics', async () => {
      const existing = new Set(await this.admin.listTopics());
      const missing = specs.filter((spec) => !existing.has(spec.name));
      if (missing.length > 0) await this.#create(missing);
      const counts = await this.#load(specs.map((spec) => spec.name));
      for (const spec of specs) refuseOtherShape(spec, counts.get(spec.name));
      await checkSettings(
        this.admin,
        specs.filter((spec) => existing.has(spec.name)),
        this.options,
      );
    });
  }

  /** The number of partitions when it is known already, without asking. */
  known(topic: string): number | undefined {
    return this.#partitions.get(topic);
  }

  async load(topics: readonly string[]): Promise<void> {
    const unknown = topics.filter((topic) => !this.#partitions.has(topic));
    if (unknown.length === 0) return;
    await this.#asking('reading topic metadata', async () => {
      const existing = new Set(await this.admin.listTopics());
      const absent = unknown.filter((topic) => !existing.has(topic));
      if (absent.length > 0) throw new LogConfigurationError(`topics do not exist: ${absent.join(', ')}`);
      await this.#load(unknown);
    });
  }

  async bounds(topics: readonly string[]): Promise<PartitionBounds[]> {
    await this.load(topics);
    return this.#asking('bounds', async () => {
      const perTopic = await Promise.all(topics.map(async (topic) => ({ topic, offsets: await this.#offsets(topic) })));
      return perTopic.flatMap(({ topic, offsets }) =>
        offsets
          .map(({ partition, low, high }) => ({ topic, partition, start: Number(low), end: Number(high) }))
          .sort((a, b) => a.partition - b.partition),
      );
    });
  }

  async trim(before: readonly LogPosition[]): Promise<void> {
    await this.load([...new Set(before.map((position) => position.topic))]);
    await this.#asking('trim', async () => {
      for (const topic of new Set(before.map((position) => position.topic))) {
        // kafkajs looks for the leaders before it has any metadata of the topic: this loads it.
        const offsets = new Map((await this.admin.fetchTopicOffsets(topic)).map((o) => [o.partition, o]));
        const partitions = before
          .filter((position) => position.topic === topic && position.offset > Number(offsets.get(position.partition)?.low ?? 0))
          .map(({ partition, offset }) => ({ partition, offset: String(Math.min(offset, Number(offsets.get(partition)?.high ?? 0))) }));
        if (partitions.length > 0) await this.admin.deleteTopicRecords({ topic, partitions });
      }
    });
  }

  /** kafkajs leaves out partitions that nobody leads at the moment: half an answer would pass for the whole. */
  async #offsets(topic: string): ReturnType<Admin['fetchTopicOffsets']> {
    const offsets = await this.admin.fetchTopicOffsets(topic);
    if (offsets.length !== this.#partitions.get(topic)) throw new LogUnavailableError(`some partitions of ${topic} have no leader now`);
    return offsets;
  }

  async close(): Promise<void> {
    if (this.#connected) await this.admin.disconnect().catch(() => undefined);
  }

  async #load(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    if (topics.length > 0) {
      const metadata = await this.admin.fetchTopicMetadata({ topics: [...topics] });
      for (const { name, partitions } of metadata.topics) this.#partitions.set(name, partitions.length);
    }
    return this.#partitions;
  }

  async #create(missing: readonly TopicSpec[]): Promise<void> {
    try {
      await this.admin.createTopics({ waitForLeaders: true, timeout: 15_000, topics: missing.map((spec) => this.#toConfig(spec)) });
    } catch (error) {
      // Another process created some of them at the same moment: their shape is checked like that of any other.
      const existing = new Set(await this.admin.listTopics());
      if (missing.some((spec) => !existing.has(spec.name))) throw error;
    }
  }

  #toConfig(spec: TopicSpec): ITopicConfig {
    const copies = this.options.replicationFactor;
    return {
      topic: spec.name,
      numPartitions: spec.partitions,
      replicationFactor: copies ?? -1,
      configEntries: [
        ...keepingSettings(spec),
        { name: 'message.timestamp.type', value: 'CreateTime' },
        { name: 'message.timestamp.after.max.ms', value: ANY_FUTURE },
        ...(copies === undefined ? [] : [{ name: 'min.insync.replicas', value: copies >= 3 ? '2' : '1' }]),
      ],
    };
  }

  async #asking<T>(doing: string, ask: () => Promise<T>): Promise<T> {
    try {
      this.#connected ??= this.admin.connect();
      await this.#connected.catch((error: unknown) => {
        this.#connected = undefined;
        throw error;
      });
      return await ask();
    } catch (error) {
      throw toLogError(error, doing);
    }
  }
}

function refuseOtherShape(spec: TopicSpec, found: number | undefined): void {
  if (found === spec.partitions) return;
  throw new LogConfigurationError(
    `topic ${spec.name} has ${found ?? 'no'} partitions, ${spec.partitions} are configured: partitions cannot be changed`,
  );
}
