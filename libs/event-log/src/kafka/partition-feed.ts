import type { GroupHandler, LogBatch, LogPosition, LogRecord, TopicPartition } from '../port';
import type { Fetched } from './fetch-client';
import { backOffMs, Signal } from './signal';

export interface FeedOptions {
  readonly handler: GroupHandler;
  readonly maxBatchRecords: number;
  /** True once the group no longer counts on this member, even if nobody has told it yet. */
  readonly isLost: () => boolean;
  /** Room for more records: worth a fetch. */
  readonly onDrained: () => void;
  readonly onWarning: (message: string, cause?: unknown) => void;
}

/** The group may count on this member again without anything else happening. */
const LOOK_AGAIN_MS = 500;

/** One assigned partition: what was fetched of it, and the one loop that hands it to the handler, batch after batch. */
export class PartitionFeed implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  #queue: LogRecord[] = [];
  /** The next offset to fetch. */
  #fetchAt: number;
  /** The next offset the handler has not confirmed. */
  #confirmed: number;
  #end = 0;
  #paused = false;
  #halted = false;
  #failing = false;
  #stopped = false;
  #seeks: { offset: number; done: () => void }[] = [];
  readonly #changed = new Signal();
  readonly #delivering: Promise<void>;

  constructor(
    start: LogPosition,
    private readonly options: FeedOptions,
  ) {
    this.topic = start.topic;
    this.partition = start.partition;
    this.#fetchAt = start.offset;
    this.#confirmed = start.offset;
    this.#delivering = this.#deliverAll();
  }

  /** Where to fetch from, or `undefined` while there is enough in store or nothing is wanted. */
  wanted(): LogPosition | undefined {
    const enough = this.#queue.length >= this.options.maxBatchRecords;
    if (!this.active() || enough || this.#seeks.length > 0) return undefined;
    return { topic: this.topic, partition: this.partition, offset: this.#fetchAt };
  }

  active(): boolean {
    return !this.#paused && !this.#halted && !this.#stopped;
  }

  /** Full, and the handler is getting on with it: there will be room in a moment. */
  draining(): boolean {
    return this.active() && !this.#failing && this.#queue.length >= this.options.maxBatchRecords;
  }

  get confirmed(): LogPosition {
    return { topic: this.topic, partition: this.partition, offset: this.#confirmed };
  }

  /** What a fetch brought; ignored when it was asked for before a seek. */
  offer(fetched: Fetched): void {
    if (fetched.from !== this.#fetchAt || this.#seeks.length > 0) return;
    this.#end = fetched.end;
    if (fetched.records.length === 0) return;
    this.#queue = this.#queue.length === 0 ? [...fetched.records] : this.#queue.concat(fetched.records);
    this.#fetchAt += fetched.records.length;
    this.#changed.notify();
  }

  /** Nothing more is delivered, for good. What is in store was read before the loss and is given up with it. */
  halt(error: Error): void {
    if (this.#halted || this.#stopped) return;
    this.#halted = true;
    this.options.handler.halted({ topic: this.topic, partition: this.partition }, error);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#changed.notify();
    this.options.onDrained();
  }

  /** Resolves when the batch under way is finished and the next one will begin at the offset. */
  seek(offset: number): Promise<void> {
    return new Promise((done) => {
      this.#seeks.push({ offset, done });
      this.#changed.notify();
    });
  }

  /** Resolves when the batch under way is finished; no other begins. */
  stop(): Promise<void> {
    this.#stopped = true;
    this.#changed.notify();
    return this.#delivering;
  }

  async #deliverAll(): Promise<void> {
    for (let failures = 0; !this.#stopped;) {
      this.#applySeeks();
      if (this.#queue.length === 0 || !this.active() || this.options.isLost()) {
        await this.#changed.wait(LOOK_AGAIN_MS);
        continue;
      }
      failures = (await this.#deliver()) ? 0 : failures + 1;
      this.#failing = failures > 0;
      if (failures > 0) await this.#backOff(failures);
    }
    this.#applySeeks();
  }

  /** Rejections are the handler's "not now"; they never leave this partition. */
  async #deliver(): Promise<boolean> {
    const records = this.#queue.slice(0, this.options.maxBatchRecords);
    try {
      await this.options.handler.batch(this.#toBatch(records));
    } catch (error) {
      this.#warnOf(error);
      return false;
    }
    this.#queue = this.#queue.slice(records.length);
    this.#confirmed += records.length;
    this.options.onDrained();
    return true;
  }

  /** Nothing to warn of when it is taken away: whoever has it now delivers the batch. */
  #warnOf(error: unknown): void {
    if (this.#stopped) return;
    const at = `${this.topic}/${this.partition}: a batch at offset ${this.#confirmed}`;
    this.options.onWarning(`${at} was refused, it is delivered again`, error);
  }

  #toBatch(records: readonly LogRecord[]): LogBatch {
    return {
      topic: this.topic,
      partition: this.partition,
      records,
      end: Math.max(this.#end, this.#fetchAt),
      isStale: () => this.#stopped || this.options.isLost(),
    };
  }

  async #backOff(failures: number): Promise<void> {
    const until = performance.now() + backOffMs(failures, 100, 10_000);
    for (let left = until - performance.now(); left > 0 && !this.#stopped && this.#seeks.length === 0; left = until - performance.now()) {
      await this.#changed.wait(left);
    }
  }

  #applySeeks(): void {
    const seeks = this.#seeks;
    const last = seeks.at(-1);
    if (!last) return;
    this.#seeks = [];
    this.#queue = [];
    this.#fetchAt = last.offset;
    this.#confirmed = last.offset;
    for (const { done } of seeks) done();
    this.options.onDrained();
  }
}
