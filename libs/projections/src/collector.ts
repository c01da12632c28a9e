import type { LogBatch } from '@picly/event-log';

interface Waiting {
  readonly batch: LogBatch;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface CollectorOptions {
  /** Batches are worked on together up to so many records. */
  readonly maxRecords: number;
  /** Collections under way at once: while one is in the database the next is decoded. */
  readonly concurrency: number;
  readonly work: (batches: readonly LogBatch[]) => Promise<void>;
}

/** Brings together the batches of all partitions that are waiting, so that many partitions cost one transaction. */
export class Collector {
  private readonly waiting: Waiting[] = [];
  private underWay = 0;
  private scheduled = false;

  constructor(private readonly options: CollectorOptions) {}

  /** Settles as the collection does that the batch becomes part of. */
  add(batch: LogBatch): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ batch, resolve, reject });
      this.schedule();
    });
  }

  /** A round of the event loop later: partitions that were fetched together arrive in one round. */
  private schedule(): void {
    if (this.scheduled || this.waiting.length === 0 || this.underWay >= this.options.concurrency) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      if (this.waiting.length > 0) void this.run(this.take());
    });
  }

  private take(): Waiting[] {
    let records = 0;
    const count = this.waiting.findIndex(({ batch }, i) => (records += batch.records.length) > this.options.maxRecords && i > 0);
    return this.waiting.splice(0, count === -1 ? this.waiting.length : count);
  }

  private async run(collection: readonly Waiting[]): Promise<void> {
    this.underWay++;
    this.schedule();
    try {
      await this.options.work(collection.map(({ batch }) => batch));
      for (const { resolve } of collection) resolve();
    } catch (error) {
      for (const { reject } of collection) reject(error);
    } finally {
      this.underWay--;
      this.schedule();
    }
  }
}
