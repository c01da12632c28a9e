import { LogTruncatedError } from '../errors';
import type { LogPosition, TopicPartition } from '../port';
import type { Fetched, FetchClient, FetchLimits } from './fetch-client';
import type { PartitionFeed } from './partition-feed';
import { backOffMs, Signal } from './signal';

const MOST_BYTES = 10 * 1024 * 1024;
/** How long a fetch waits while some partition of the same broker still has records in store and will soon want more. */
const BUSY_WAIT_MS = 20;
const LEADER_CHECK_MS = 1_000;

export interface GroupFetcherOptions {
  readonly maxWaitMs: number;
  readonly maxBytesPerPartition: number;
  readonly onWarning: (message: string, cause?: unknown) => void;
}

/** Keeps the feeds of a group member filled: one loop per broker, each with one fetch under way. */
export class GroupFetcher {
  #feeds = new Map<string, PartitionFeed>();
  #byNode = new Map<string, PartitionFeed[]>();
  readonly #loops = new Map<string, Promise<void>>();
  readonly #changed = new Signal();
  #supervising: Promise<void> | undefined;
  #stopped = false;

  constructor(
    private readonly client: FetchClient,
    private readonly options: GroupFetcherOptions,
  ) {}

  /** From now on these partitions, and no others. */
  follow(feeds: readonly PartitionFeed[]): void {
    this.#feeds = new Map(feeds.map((feed) => [keyOf(feed), feed]));
    if (this.#feeds.size === 0) this.#byNode = new Map();
    else this.#relocate();
    this.#supervising ??= this.#supervise();
    this.#changed.notify();
  }

  /** Some feed has room again. */
  wake(): void {
    this.#changed.notify();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#changed.notify();
    await Promise.all([...this.#loops.values(), this.#supervising]);
  }

  /** Partitions without a leader are looked for until they have one. */
  async #supervise(): Promise<void> {
    for (let checkedAt = performance.now(); !this.#stopped;) {
      await this.#changed.wait(LEADER_CHECK_MS);
      const led = [...this.#byNode.values()].reduce((sum, feeds) => sum + feeds.length, 0);
      if (this.#stopped || led === this.#feeds.size || performance.now() - checkedAt < LEADER_CHECK_MS) continue;
      checkedAt = performance.now();
      await this.client.recover(undefined);
      this.#relocate();
    }
  }

  #relocate(): void {
    this.#byNode = this.client.leaders([...this.#feeds.values()]);
    for (const node of this.#byNode.keys()) {
      if (this.#stopped || this.#loops.has(node)) continue;
      const loop = this.#fetchFrom(node).finally(() => this.#loops.delete(node));
      this.#loops.set(node, loop);
    }
  }

  async #fetchFrom(node: string): Promise<void> {
    for (let failures = 0; !this.#stopped;) {
      const feeds = this.#byNode.get(node) ?? [];
      const wanted = feeds.map((feed) => feed.wanted()).filter((position) => position !== undefined);
      if (wanted.length === 0) {
        await this.#changed.wait(LEADER_CHECK_MS);
        continue;
      }
      const busy = feeds.some((feed) => feed.draining());
      try {
        await this.#fetchOnce(node, wanted, busy ? BUSY_WAIT_MS : this.options.maxWaitMs);
        failures = 0;
      } catch (error) {
        failures += 1;
        await this.#recover(node, error, failures);
      }
    }
  }

  async #fetchOnce(node: string, wanted: readonly LogPosition[], maxWaitMs: number): Promise<void> {
    const limits: FetchLimits = { maxWaitMs, maxBytes: MOST_BYTES, maxBytesPerPartition: this.options.maxBytesPerPartition };
    const { fetched, outOfRange } = await this.client.fetch(node, wanted, limits);
    if (outOfRange) await this.#explain(outOfRange, wanted);
    for (const answer of fetched) this.#hand(answer);
  }

  #hand(answer: Fetched): void {
    const feed = this.#feeds.get(keyOf(answer));
    if (!feed) return;
    if (answer.hole === undefined) feed.offer(answer);
    else if (feed.wanted()?.offset === answer.from)
      feed.halt(new LogTruncatedError(answer.topic, answer.partition, answer.from, answer.hole));
  }

  /** Lost records halt the partition; a broker that has not caught up yet is asked again. */
  async #explain(partition: TopicPartition, wanted: readonly LogPosition[]): Promise<void> {
    const asked = wanted.find((position) => keyOf(position) === keyOf(partition))?.offset ?? 0;
    const { start, end } = await this.client.bounds(partition);
    const feed = this.#feeds.get(keyOf(partition));
    if (feed?.wanted()?.offset !== asked) return;
    if (asked < start) feed.halt(new LogTruncatedError(partition.topic, partition.partition, asked, start));
    else if (asked > end) feed.halt(new LogTruncatedError(partition.topic, partition.partition, asked, end));
    else throw new Error(`${keyOf(partition)}: offset ${asked} was refused, the partition holds ${start}..${end}`);
  }

  async #recover(node: string, error: unknown, failures: number): Promise<void> {
    if (this.#stopped) return;
    this.options.onWarning(`fetching from broker ${node} failed`, error);
    await new Promise((resolve) => setTimeout(resolve, backOffMs(failures, 100, 1_000)));
    await this.client.recover(error);
    this.#relocate();
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
