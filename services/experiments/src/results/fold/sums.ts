import type { BinKey, StatKey, Tally } from './contributions';
import type { Vector } from './trace';

/** Changes of the sums, added up in memory; rows that come to nothing are left out. */
export class Sums implements Tally {
  private readonly stats = new Map<string, { readonly key: StatKey; readonly sums: bigint[] }>();
  private readonly bins = new Map<string, { readonly key: BinKey; n: bigint }>();
  private sign = 1n;

  /** What is added while `work` runs counts as taken away. */
  without(work: () => void): void {
    this.sign = -1n;
    try {
      work();
    } finally {
      this.sign = 1n;
    }
  }

  add(key: StatKey, change: Vector): void {
    const { experiment, dimension, metric, arm, segment, phase, bucket } = key;
    const name = `${experiment}\0${dimension}\0${metric}\0${arm}\0${segment}\0${phase}\0${bucket}`;
    let row = this.stats.get(name);
    if (!row) this.stats.set(name, (row = { key, sums: [] }));
    for (let index = 0; index < change.length; index++) {
      const value = change[index];
      if (value !== undefined && value !== 0n) row.sums[index] = (row.sums[index] ?? 0n) + this.sign * value;
    }
  }

  addBin(key: BinKey, n: bigint): void {
    const name = `${key.experiment}\0${key.metric}\0${key.arm}\0${key.bucket}\0${key.bin}`;
    const row = this.bins.get(name);
    if (row) row.n += this.sign * n;
    else this.bins.set(name, { key, n: this.sign * n });
  }

  /** Rows that changed, in the order of their key. */
  statRows(): { readonly key: StatKey; readonly sums: readonly (bigint | undefined)[] }[] {
    return [...this.stats]
      .filter(([, { sums }]) => sums.some((value) => value !== undefined && value !== 0n))
      .sort(byName)
      .map(([, row]) => row);
  }

  binRows(): { readonly key: BinKey; readonly n: bigint }[] {
    return [...this.bins]
      .filter(([, { n }]) => n !== 0n)
      .sort(byName)
      .map(([, row]) => row);
  }
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);
