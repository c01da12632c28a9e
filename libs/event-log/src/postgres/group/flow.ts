import { LogTruncatedError } from '../../errors';
import type { GroupHandler, LogBatch, LogPosition, TopicPartition } from '../../port';
import { Alarm } from '../alarm';
import type { Found, Want } from '../fetcher';

export interface FlowContext {
  readonly handler: GroupHandler;
  /** True while the membership is in doubt: others may have taken over. */
  readonly inDoubt: () => boolean;
  /** The flow may want records now. */
  readonly onHungry: () => void;
}

const FIRST_BACK_OFF_MS = 100;
const LONGEST_BACK_OFF_MS = 5_000;
const DOUBT_CHECK_MS = 50;
const FOR_LONG_MS = 60_000;

/** The delivery of one partition: one batch at a time, the next one fetched meanwhile when there is a backlog. */
export class Flow {
  readonly #changed = new Alarm();
  #offset: number;
  #behind = false;
  #waiting: LogBatch | undefined;
  #running: Promise<void> | undefined;
  /** Counts the seeks: a batch of an earlier turn is not tried again. */
  #turn = 0;
  #paused = false;
  #halted = false;
  #stopping = false;
  #lost = false;

  constructor(
    readonly place: TopicPartition,
    offset: number,
    private readonly context: FlowContext,
  ) {
    this.#offset = offset;
  }

  /** What to fetch now, if anything. */
  want(maxRecords: number): Want | undefined {
    if (this.#stopping || this.#halted || this.#paused || this.#waiting || (this.#running && !this.#behind)) return undefined;
    return { ...this.place, offset: this.#offset, maxRecords };
  }

  /** A batch of it is being worked on. */
  get busy(): boolean {
    return this.#running !== undefined;
  }

  /** True when there is known to be more than was fetched. */
  get behind(): boolean {
    return this.#behind;
  }

  /** There was nothing at `offset` or behind it. */
  caughtUp(offset: number): void {
    if (offset === this.#offset) this.#behind = false;
  }

  take(found: Found): void {
    if (this.#stopping || this.#halted || found.from !== this.#offset) return;
    if (found.from < found.start) return this.#halt(found.start);
    if (found.from > found.end) return this.#halt(found.end);
    if (found.records.length === 0) return;
    this.#offset += found.records.length;
    this.#behind = found.end > this.#offset;
    const { topic, partition } = this.place;
    this.#waiting = { topic, partition, records: found.records, end: found.end, isStale: () => this.#lost || this.context.inDoubt() };
    this.#next();
  }

  seek({ offset }: LogPosition): void {
    this.#turn++;
    this.#offset = offset;
    this.#behind = true;
    this.#waiting = undefined;
    this.#changed.ring();
    this.context.onHungry();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#changed.ring();
    this.#next();
    this.context.onHungry();
  }

  /** Begin nothing more; resolves when the batch under way is finished. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#changed.ring();
    await this.#running;
  }

  /** From now on every batch of it is stale. */
  lose(): void {
    this.#stopping = true;
    this.#lost = true;
    this.#changed.ring();
  }

  #halt(found: number): void {
    this.#halted = true;
    const { topic, partition } = this.place;
    this.context.handler.halted(this.place, new LogTruncatedError(topic, partition, this.#offset, found));
  }

  #next(): void {
    const batch = this.#waiting;
    if (!batch || this.#running || this.#stopping || this.#paused) return;
    this.#waiting = undefined;
    this.#running = this.#deliver(batch).finally(() => {
      this.#running = undefined;
      this.#next();
      this.context.onHungry();
    });
  }

  async #deliver(batch: LogBatch): Promise<void> {
    const turn = this.#turn;
    const wanted = () => !this.#stopping && turn === this.#turn;
    for (let failures = 0; ; failures++) {
      if (failures > 0) await this.#backOff(failures, wanted);
      while (wanted() && (this.#paused || this.context.inDoubt())) await this.#changed.wait(this.#paused ? FOR_LONG_MS : DOUBT_CHECK_MS);
      if (!wanted()) return;
      try {
        await this.context.handler.batch(batch);
        return;
      } catch {
        // "Not now": the reason is the handler's own business.
      }
    }
  }

  async #backOff(failures: number, wanted: () => boolean): Promise<void> {
    const until = performance.now() + Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** (failures - 1));
    for (;;) {
      const leftMs = until - performance.now();
      if (leftMs <= 0 || !wanted()) return;
      await this.#changed.wait(leftMs);
    }
  }
}
