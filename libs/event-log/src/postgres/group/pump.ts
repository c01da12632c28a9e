import { Alarm } from '../alarm';
import type { Fetcher } from '../fetcher';
import type { Wakeups } from '../wakeups';
import type { Flow } from './flow';

export interface PumpContext {
  readonly fetcher: Fetcher;
  readonly wakeups: Wakeups;
  readonly maxBatchRecords: number;
  readonly flows: () => Iterable<Flow>;
  readonly flow: (topic: string, partition: number) => Flow | undefined;
  readonly onError: (error: unknown) => void;
}

const MOST_BYTES = 16 * 1024 * 1024;
const LEAST_BYTES_PER_PARTITION = 256 * 1024;
/**
 * Small fetches are held apart: what arrives meanwhile comes in one. As long as the last one is being worked on, for others could only
 * queue behind it; but not for ever, as a partition may have trouble that the others have not.
 */
const PACE_MS = 5;
const LONGEST_PACE_MS = 100;
const SMALL_RECORDS = 500;
/** How often to look without news, with the connection for news and without. */
const LOOK_EVERY_MS = 5_000;
const LOOK_OFTEN_MS = 1_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/** Fetches for all hungry flows of a member with one statement, whenever there is news. */
export class Pump {
  readonly #alarm = new Alarm();
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(private readonly context: PumpContext) {}

  start(): void {
    this.#running = this.#run();
  }

  wake(): void {
    this.#alarm.ring();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#alarm.ring();
    await this.#running;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopped) {
      const startedAt = performance.now();
      try {
        const records = await this.#fetch();
        failures = 0;
        const hasNews = records < SMALL_RECORDS && (await this.#pace(startedAt));
        if (!hasNews && !this.#knowsOfMore()) await this.#alarm.wait(this.context.wakeups.connected ? LOOK_EVERY_MS : LOOK_OFTEN_MS);
      } catch (error) {
        this.context.onError(error);
        await rest(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures++));
      }
    }
  }

  /** Answers whether there were news meanwhile. */
  async #pace(startedAt: number): Promise<boolean> {
    await rest(startedAt + PACE_MS - performance.now());
    const until = startedAt + LONGEST_PACE_MS;
    let hasNews = false;
    while (!this.#stopped && this.#isBusy()) {
      const leftMs = until - performance.now();
      if (leftMs <= 0) break;
      hasNews = (await this.#alarm.wait(leftMs)) || hasNews;
    }
    return hasNews;
  }

  #isBusy(): boolean {
    for (const flow of this.context.flows()) if (flow.busy) return true;
    return false;
  }

  async #fetch(): Promise<number> {
    const wants = [...this.context.flows()].flatMap((flow) => flow.want(this.context.maxBatchRecords) ?? []);
    if (wants.length === 0) return 0;
    const maxBytes = Math.max(LEAST_BYTES_PER_PARTITION, Math.floor(MOST_BYTES / wants.length));
    const found = await this.context.fetcher.fetch(wants, maxBytes);
    if (this.#stopped) return 0;
    const news = new Set<Flow>();
    for (const one of found) {
      const flow = this.context.flow(one.topic, one.partition);
      flow?.take(one);
      if (flow) news.add(flow);
    }
    for (const { topic, partition, offset } of wants) {
      const flow = this.context.flow(topic, partition);
      if (flow && !news.has(flow)) flow.caughtUp(offset);
    }
    return found.reduce((sum, one) => sum + one.records.length, 0);
  }

  #knowsOfMore(): boolean {
    if (this.#stopped) return true;
    for (const flow of this.context.flows()) if (flow.behind && flow.want(1)) return true;
    return false;
  }
}

async function rest(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
