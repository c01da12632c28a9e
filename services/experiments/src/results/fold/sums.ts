import { hourOf, type BinKey, type BinStep, type Contribution, type Place, type Trace } from './contributions';
import { added, difference, type Step, type Vector } from './trace';
import type { ValueBinKey, ValueBinStep } from './value-bins';

const DAY_MS = 86_400_000;

/** A row of the sums. `bucket` is the beginning of its hour (of the whole) or of its day (of a segment). */
export interface StatKey {
  readonly experiment: string;
  readonly phase: number;
  readonly metric: string;
  readonly arm: string;
  readonly dimension: string;
  readonly segment: string;
  readonly bucket: number;
}

/** Sums of one place, by bucket. */
interface Row {
  readonly key: Omit<StatKey, 'bucket'>;
  readonly buckets: Map<number, bigint[]>;
}

interface Rows {
  readonly whole: Row;
  readonly segments: readonly Row[];
}

const NOTHING: Contribution = { traces: [], bins: [], valueBins: [] };

const sameStep = (a: Step, b: Step): boolean =>
  a.at === b.at && a.change.length === b.change.length && a.change.every((value, index) => value === b.change[index]);

/** How many steps two traces of one place begin with alike. */
function commonSteps(before: Trace, after: Trace): number {
  const most = Math.min(before.steps.length, after.steps.length);
  let at = 0;
  for (; at < most; at++) {
    const [a, b] = [before.steps[at], after.steps[at]];
    if (!a || !b || !sameStep(a, b)) break;
  }
  return at;
}

function addTo(row: Row, bucket: number, change: Vector, sign: bigint): void {
  let sums = row.buckets.get(bucket);
  if (!sums) row.buckets.set(bucket, (sums = []));
  for (let index = 0; index < change.length; index++) {
    const value = change[index];
    if (value !== undefined && value !== 0n) sums[index] = (sums[index] ?? 0n) + (sign === 1n ? value : -value);
  }
}

/** Changes of the sums, added up in memory; rows that come to nothing are left out. */
export class Sums {
  private readonly rows = new Map<string, Row>();
  private readonly places = new Map<string, Rows>();
  private readonly bins = new Map<string, { readonly key: BinKey; n: bigint }>();
  private readonly valueBins = new Map<string, { readonly key: ValueBinKey; sums: Vector }>();

  /** What a subject counts for changes from one contribution to another. What both begin with alike is not touched. */
  change(before: Contribution | undefined, after: Contribution | undefined): void {
    const { traces: old, bins: oldBins, valueBins: oldValues } = before ?? NOTHING;
    const { traces, bins, valueBins } = after ?? NOTHING;
    const most = Math.max(old.length, traces.length);
    for (let at = 0; at < most; at++) this.changeTrace(old[at], traces[at]);
    for (const bin of oldBins) this.addBin(bin, -1n);
    for (const bin of bins) this.addBin(bin, 1n);
    for (const step of oldValues) this.addValueBin(step, -1n);
    for (const step of valueBins) this.addValueBin(step, 1n);
  }

  private changeTrace(before: Trace | undefined, after: Trace | undefined): void {
    const common = before && after && before.place.name === after.place.name ? commonSteps(before, after) : 0;
    if (before) this.add(before, common, -1n);
    if (after) this.add(after, common, 1n);
  }

  private add({ place, steps }: Trace, from: number, sign: bigint): void {
    if (steps.length <= from) return;
    const { whole, segments } = this.rowsOf(place);
    for (let index = from; index < steps.length; index++) {
      const step = steps[index];
      if (!step) continue;
      addTo(whole, hourOf(step.at), step.change, sign);
      const day = Math.floor(step.at / DAY_MS) * DAY_MS;
      for (const row of segments) addTo(row, day, step.change, sign);
    }
  }

  private rowsOf(place: Place): Rows {
    let rows = this.places.get(place.name);
    if (rows) return rows;
    const segments = place.segments.map(([dimension, segment]) => this.row(place, dimension, segment));
    this.places.set(place.name, (rows = { whole: this.row(place, '', ''), segments }));
    return rows;
  }

  private row({ experiment, phase, metric, arm }: Place, dimension: string, segment: string): Row {
    const name = [experiment, dimension, metric, arm, segment, phase].join('\0');
    let row = this.rows.get(name);
    if (!row) this.rows.set(name, (row = { key: { experiment, phase, metric, arm, dimension, segment }, buckets: new Map() }));
    return row;
  }

  private addBin({ key, n }: BinStep, sign: bigint): void {
    const name = [key.experiment, key.metric, key.arm, key.bucket, key.bin].join('\0');
    const row = this.bins.get(name);
    if (row) row.n += sign * n;
    else this.bins.set(name, { key, n: sign * n });
  }

  private addValueBin({ key, change }: ValueBinStep, sign: bigint): void {
    const name = [key.experiment, key.metric, key.arm, key.phase, key.bucket, key.bin].join('\0');
    const row = this.valueBins.get(name);
    if (row) row.sums = sign === 1n ? added(row.sums, change) : difference(row.sums, change);
    else this.valueBins.set(name, { key, sums: sign === 1n ? change : difference([], change) });
  }

  /** Rows that changed, in the order of their key. */
  statRows(): { readonly key: StatKey; readonly sums: readonly (bigint | undefined)[] }[] {
    return [...this.rows].sort(byName).flatMap(([, { key, buckets }]) =>
      [...buckets]
        .filter(([, sums]) => sums.some((value) => value !== undefined && value !== 0n))
        .sort(([a], [b]) => a - b)
        .map(([bucket, sums]) => ({ key: { ...key, bucket }, sums })),
    );
  }

  valueBinRows(): { readonly key: ValueBinKey; readonly sums: Vector }[] {
    return [...this.valueBins]
      .filter(([, { sums }]) => sums.some((value) => value !== 0n))
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
