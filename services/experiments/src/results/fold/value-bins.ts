import { logBin } from '@picly/statistics';
import { STAT_SUMS } from '../../../migrations/1796000000001-experiment-results';
import { BIN_SUMS } from '../../../migrations/1796083200002-value-bins';
import { MICROS } from './fact';
import { added, type Step, type Vector } from './trace';

const DAY_MS = 86_400_000;

/** Where units of a metric stand that count for about as much; `bucket` is the beginning of a day. */
export interface ValueBinKey {
  readonly experiment: string;
  readonly phase: number;
  readonly metric: string;
  readonly arm: string;
  readonly bucket: number;
  readonly bin: number;
}

/** How the sums of a bin change: `n` and those of `BIN_SUMS`, in their order. */
export interface ValueBinStep {
  readonly key: ValueBinKey;
  readonly change: Vector;
}

const STAT_COLUMNS: readonly string[] = ['n', ...STAT_SUMS];
/** Where the sums of bins stand in a vector. */
const COLUMNS = ['n', ...BIN_SUMS].map((name) => STAT_COLUMNS.indexOf(name));

const binOf = (total: Vector): number => logBin(Number(total[1] ?? 0n) / MICROS);
const columnsOf = (total: Vector, sign: bigint): Vector => COLUMNS.map((at) => sign * (total[at] ?? 0n));

/** One unit's way through the bins of a metric: with every step it leaves where it stood and enters where it stands. */
export function valueBinSteps(steps: readonly Step[], place: Omit<ValueBinKey, 'bucket' | 'bin'>): ValueBinStep[] {
  let total: Vector = [0n];
  return steps.flatMap(({ at, change }) => {
    const bucket = Math.floor(at / DAY_MS) * DAY_MS;
    const before = total;
    total = added(total, change);
    const stands = (where: Vector, sign: bigint): ValueBinStep[] =>
      where[0] === 0n ? [] : [{ key: { ...place, bucket, bin: binOf(where) }, change: columnsOf(where, sign) }];
    return [...stands(before, -1n), ...stands(total, 1n)];
  });
}
