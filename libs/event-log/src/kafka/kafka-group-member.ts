import type { Kafka } from 'kafkajs';
import type { GroupMember, JoinOptions, LogPosition, TopicPartition } from '../port';
import { FetchClient } from './fetch-client';
import { GroupFetcher } from './group-fetcher';
import { Membership } from './membership';
import { PartitionFeed } from './partition-feed';
import { backOffMs, Signal } from './signal';

export interface MemberOptions extends JoinOptions {
  readonly id: string;
  readonly maxWaitMs: number;
  readonly maxBytesPerPartition: number;
  readonly commitIntervalMs: number;
  readonly onLeft: () => void;
  readonly onWarning: (message: string, cause?: unknown) => void;
}

const MAX_BATCH_RECORDS = 1_000;
const SESSION_TIMEOUT_MS = 10_000;

/** A member of a group: adopts what the group assigns, at the positions its handler answers, on every (re)assignment. */
export class KafkaGroupMember implements GroupMember {
  readonly id: string;
  readonly #client: FetchClient;
  readonly #fetcher: GroupFetcher;
  readonly #membership: Membership;
  readonly #changed = new Signal();
  #feeds = new Map<string, PartitionFeed>();
  /** What the handler believes to hold: it is told of the end of everything it was told the beginning of. */
  #told: readonly TopicPartition[] = [];
  readonly #stored = new Map<string, number>();
  /** Counts assignments: work for an older one is given up. */
  #generation = 0;
  #adopting: Promise<void> = Promise.resolve();
  #committing: NodeJS.Timeout | undefined;
  #leaving: Promise<void> | undefined;

  constructor(
    kafka: Kafka,
    private readonly options: MemberOptions,
  ) {
    this.id = options.id;
    this.#client = new FetchClient(kafka);
    this.#fetcher = new GroupFetcher(this.#client, options);
    this.#membership = new Membership(kafka, {
      group: options.group,
      topics: options.topics,
      sessionTimeoutMs: options.sessionTimeoutMs ?? SESSION_TIMEOUT_MS,
      onSuspended: () => this.#suspend(),
      onHandOver: () => this.#handOver(),
      onAssigned: (partitions) => this.#assign(partitions),
      onWarning: options.onWarning,
    });
  }

  /** Resolves when the first assignment is adopted. */
  async join(): Promise<void> {
    try {
      await this.#client.connect();
      await this.#client.watch(this.options.topics);
      await this.#membership.join();
      await this.#adopting;
      this.#committing = setInterval(() => void this.#commit(), this.options.commitIntervalMs);
    } catch (error) {
      await this.leave();
      throw error;
    }
  }

  assignment(): readonly TopicPartition[] {
    return [...this.#feeds.values()].map(toTopicPartition);
  }

  async seek(position: LogPosition): Promise<void> {
    await this.#feeds.get(keyOf(position))?.seek(position.offset);
  }

  pause(partition: TopicPartition): void {
    this.#feeds.get(keyOf(partition))?.pause();
  }

  resume(partition: TopicPartition): void {
    this.#feeds.get(keyOf(partition))?.resume();
  }

  leave(): Promise<void> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  async #leave(): Promise<void> {
    clearInterval(this.#committing);
    this.#generation += 1;
    this.#changed.notify();
    await this.#stopFeeds();
    await this.#adopting;
    await this.#commit();
    await this.#giveBack();
    await this.#membership.leave();
    await this.#fetcher.stop();
    await this.#client.close();
    this.options.onLeft();
  }

  /** From the first sign of a change on, no new batch begins. */
  #suspend(): void {
    this.#generation += 1;
    this.#changed.notify();
    void this.#stopFeeds();
  }

  /** Batches under way end, then the partitions go back: whoever gets them next begins behind our last effect. */
  #handOver(): Promise<void> {
    this.#suspend();
    this.#adopting = this.#adopting.then(() => this.#giveBack());
    return this.#adopting;
  }

  async #giveBack(): Promise<void> {
    await this.#stopFeeds();
    void this.#commit();
    const gone = this.#told;
    this.#told = [];
    this.#feeds = new Map();
    this.#fetcher.follow([]);
    if (gone.length === 0) return;
    try {
      await this.options.handler.revoked(gone);
    } catch (error) {
      this.options.onWarning(`${this.options.group}: the handler failed to give partitions back`, error);
    }
  }

  async #stopFeeds(): Promise<void> {
    await Promise.all([...this.#feeds.values()].map((feed) => feed.stop()));
  }

  #assign(partitions: readonly TopicPartition[]): void {
    this.#suspend();
    if (this.#leaving) return;
    const generation = this.#generation;
    this.#adopting = this.#adopting.then(() => this.#adopt(partitions, generation));
  }

  /** Never rejects. */
  async #adopt(partitions: readonly TopicPartition[], generation: number): Promise<void> {
    await this.#giveBack();
    const starts = await this.#positions(partitions, generation);
    if (starts === undefined || generation !== this.#generation) return;
    this.#feeds = new Map(starts.map((start) => [keyOf(start), this.#feed(start, generation)]));
    this.#fetcher.follow([...this.#feeds.values()]);
  }

  /** The handler's positions are the truth; until it can tell them, nothing is delivered. */
  async #positions(partitions: readonly TopicPartition[], generation: number): Promise<LogPosition[] | undefined> {
    if (partitions.length === 0) return [];
    for (let failures = 1; generation === this.#generation; failures++) {
      try {
        this.#told = partitions;
        const answered = new Map((await this.options.handler.assigned(partitions)).map((position) => [keyOf(position), position]));
        return partitions.map((partition) => answered.get(keyOf(partition)) ?? { ...partition, offset: 0 });
      } catch (error) {
        this.options.onWarning(`${this.options.group}: no positions to begin at, asking again`, error);
        await this.#changed.wait(backOffMs(failures, 100, 5_000));
      }
    }
    return undefined;
  }

  #feed(start: LogPosition, generation: number): PartitionFeed {
    return new PartitionFeed(start, {
      handler: this.options.handler,
      maxBatchRecords: this.options.maxBatchRecords ?? MAX_BATCH_RECORDS,
      isLost: () => generation !== this.#generation || !this.#membership.isAlive(),
      onDrained: () => this.#fetcher.wake(),
      onWarning: this.options.onWarning,
    });
  }

  async #commit(): Promise<void> {
    const moved = [...this.#feeds.values()]
      .map((feed) => feed.confirmed)
      .filter((position) => this.#stored.get(keyOf(position)) !== position.offset);
    for (const position of moved) this.#stored.set(keyOf(position), position.offset);
    await this.#membership.commit(moved);
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

function toTopicPartition({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}
