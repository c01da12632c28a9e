import type { LogBatch } from '@picly/event-log';

interface Waiting {
  readonly batch: LogBatch;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  /** How many records of it are done. */
  done: number;
  busy: boolean;
}

/** The records of a waiting batch up to `to`. */
interface Slice {
  readonly of: Waiting;
  readonly to: number;
}

export interface CollectorOptions {
  /** Batches are worked on together up to so many records. */
  readonly maxRecords: number;
  /** Collections under way at once when there is much to do: while one is in the database the next is decoded. */
  readonly concurrency: number;
  /** With fewer records waiting, the next collection begins when the last is over: a few more come along meanwhile (default 0). */
  readonly worthAnother?: number;
  readonly work: (batches: readonly LogBatch[]) => Promise<void>;
}

/**
 * Brings together the batches of all partitions that are waiting, so that many partitions cost one transaction. While there is
 * much to catch up with, the topics of a partition go on at the same pace by the time of their records: an event meets what it
 * refers to in its own transaction or before, as it did when it was new.
 */
export class Collector {
  private readonly waiting = new Set<Waiting>();
  private underWay = 0;
  private scheduled = false;

  constructor(private readonly options: CollectorOptions) {}

  /** Resolves when all of the batch is worked on, rejects with the first part that is not. */
  add(batch: LogBatch): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.add({ batch, resolve, reject, done: 0, busy: false });
      this.schedule();
    });
  }

  /** A round of the event loop later: partitions that were fetched together arrive in one round. */
  private schedule(): void {
    if (this.scheduled || this.waiting.size === 0 || this.underWay >= this.options.concurrency) return;
    if (this.underWay > 0 && this.recordsWaiting() < (this.options.worthAnother ?? 0)) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      const slices = this.take();
      if (slices.length > 0) void this.run(slices);
    });
  }

  private recordsWaiting(): number {
    let records = 0;
    for (const { batch, done, busy } of this.waiting) if (!busy) records += batch.records.length - done;
    return records;
  }

  /** Whole partitions of which nothing is under way, the one that is furthest behind first. */
  private take(): Slice[] {
    const groups = [...this.byPartition().values()].filter((group) => !group.some((one) => one.busy));
    groups.sort((a, b) => oldestOf(a) - oldestOf(b));
    const taken: Slice[] = [];
    let records = 0;
    for (const group of groups) {
      const slices = alignedSlices(group);
      const more = slices.reduce((sum, { of, to }) => sum + to - of.done, 0);
      if (records > 0 && records + more > this.options.maxRecords) break;
      records += more;
      taken.push(...slices);
    }
    return taken;
  }

  private byPartition(): Map<number, Waiting[]> {
    const groups = new Map<number, Waiting[]>();
    for (const one of this.waiting) {
      const group = groups.get(one.batch.partition);
      if (group) group.push(one);
      else groups.set(one.batch.partition, [one]);
    }
    return groups;
  }

  private async run(slices: readonly Slice[]): Promise<void> {
    this.underWay++;
    for (const { of } of slices) of.busy = true;
    this.schedule();
    try {
      await this.options.work(slices.map(batchOf));
      for (const slice of slices) this.settle(slice);
    } catch (error) {
      for (const { of } of slices) {
        this.waiting.delete(of);
        of.reject(error);
      }
    } finally {
      this.underWay--;
      this.schedule();
    }
  }

  private settle({ of, to }: Slice): void {
    of.done = to;
    of.busy = false;
    if (to < of.batch.records.length) return;
    this.waiting.delete(of);
    of.resolve();
  }
}

const timeAt = ({ batch }: Waiting, index: number): number => batch.records[index]?.timestamp ?? Number.NEGATIVE_INFINITY;
const oldestOf = (group: readonly Waiting[]): number => Math.min(...group.map((one) => timeAt(one, one.done)));

/** Whether the partition has records behind the batch: only then others have to wait for it. */
function hasMore({ records, end }: LogBatch): boolean {
  const last = records.at(-1);
  return last !== undefined && last.offset + 1 < end;
}

/** Of each batch what is not newer than the end of those that go on behind it; the one that ends first is taken whole. */
function alignedSlices(group: readonly Waiting[]): Slice[] {
  let horizon = Number.POSITIVE_INFINITY;
  for (const one of group) if (hasMore(one.batch)) horizon = Math.min(horizon, timeAt(one, one.batch.records.length - 1));
  return group.map((of) => ({ of, to: endWithin(of, horizon) })).filter(({ of, to }) => to > of.done || of.batch.records.length === 0);
}

/** Times of a partition may run backwards by the clocks of its writers: the first that is too new ends the slice. */
function endWithin(one: Waiting, horizon: number): number {
  const { records } = one.batch;
  if (timeAt(one, records.length - 1) <= horizon) return records.length;
  const tooNew = records.findIndex(({ timestamp }, index) => index >= one.done && timestamp > horizon);
  return tooNew === -1 ? records.length : tooNew;
}

function batchOf({ of: { batch, done }, to }: Slice): LogBatch {
  if (done === 0 && to === batch.records.length) return batch;
  const { topic, partition, end } = batch;
  return { topic, partition, end, records: batch.records.slice(done, to), isStale: () => batch.isStale() };
}
