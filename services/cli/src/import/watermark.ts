import { plus, type Counts } from './tally';

interface Batch {
  readonly lastRow: number;
  counts: Counts | undefined;
}

/** How far an import got, without a gap, and what the API said up to there. */
export interface Progressed {
  readonly row: number;
  readonly counts: Counts;
}

/** Batches end in any order; what may be skipped after a restart is the unbroken run from the start. */
export class Watermark {
  private readonly open: Batch[] = [];

  constructor(private progressed: Progressed) {}

  get reached(): Progressed {
    return this.progressed;
  }

  /** Call in the order of the file; call what it answers when the batch is acknowledged. */
  begin(lastRow: number): (counts: Counts) => void {
    const batch: Batch = { lastRow, counts: undefined };
    this.open.push(batch);
    return (counts) => {
      batch.counts = counts;
      for (let first = this.open[0]; first?.counts; first = this.open[0]) {
        this.progressed = { row: first.lastRow, counts: plus(this.progressed.counts, first.counts) };
        this.open.shift();
      }
    };
  }
}
