import { fullSums, type ArmSums } from './arm-sums';
import { chiSquareSurvival } from './chi-square';
import { momentsOf } from './moments';

/** From this share, and this many units on, units in several arms are more than noise. */
export const MULTIPLE_EXPOSURE_ALARM = { share: 0.01, units: 10 } as const;

export interface MultipleExposure {
  readonly units: number;
  /** Of all units exposed. */
  readonly share: number;
  readonly alarm: boolean;
}

/** Units that were seen in several arms, of all units exposed; they are excluded from every comparison. */
export function checkMultipleExposure(inSeveral: number, exposed: number): MultipleExposure {
  const share = exposed > 0 ? inSeveral / exposed : 0;
  return { units: inSeveral, share, alarm: share >= MULTIPLE_EXPOSURE_ALARM.share && inSeveral >= MULTIPLE_EXPOSURE_ALARM.units };
}

/** A standardised difference beyond which arms are called unlike (P. Austin, Statistics in Medicine 28, 2009). */
export const IMBALANCE = 0.1;
const IMBALANCE_P = 0.001;

export interface Balance {
  /** Largest standardised difference between any arm and the control. */
  readonly standardisedDifference: number;
  /** Chi-square test that all arms are alike; 1 where it cannot be made. */
  readonly p: number;
  readonly alarm: boolean;
}

function standardised(difference: number, variances: readonly [number, number]): number {
  const spread = (variances[0] + variances[1]) / 2;
  return spread > 0 && Number.isFinite(difference) ? Math.abs(difference) / Math.sqrt(spread) : 0;
}

const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0);

interface Group {
  readonly n: number;
  readonly mean: number;
  readonly variance: number;
}

/** The chi-square of k means with their own variances: Cochran's Q, k - 1 degrees of freedom. */
function meansP(groups: readonly Group[]): number {
  const known = groups.filter(({ n, variance }) => n > 1 && variance > 0);
  const weights = known.map(({ n, variance }) => n / variance);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (known.length < 2) return 1;
  const centre = known.reduce((sum, { mean }, at) => sum + mean * (weights[at] ?? 0), 0) / total;
  const q = known.reduce((sum, { mean }, at) => sum + (weights[at] ?? 0) * (mean - centre) ** 2, 0);
  return Number.isFinite(q) ? chiSquareSurvival(q, known.length - 1) : 1;
}

/** Whether the arms (control first) are alike in a number that was known before exposure. */
export function balanceOfMeans(arms: readonly ArmSums[]): Balance {
  const groups = arms.map((sums) => momentsOf('mean', fullSums(sums)));
  const [control, ...others] = groups;
  const standardisedDifference = control
    ? largest(others.map(({ mean, variance }) => standardised(mean - control.mean, [variance, control.variance])))
    : 0;
  const p = meansP(groups);
  return { standardisedDifference, p, alarm: p < IMBALANCE_P && standardisedDifference > IMBALANCE / 10 };
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

function tableP(table: readonly (readonly number[])[]): number {
  const rows = table.filter((row) => sumOf(row) > 0);
  const columns = (rows[0] ?? []).map((_, at) => sumOf(rows.map((row) => row[at] ?? 0)));
  const used = columns.filter((column) => column > 0).length;
  const total = sumOf(columns);
  const cells = rows.flatMap((row) => columns.map((column, at) => ({ seen: row[at] ?? 0, expected: (column * sumOf(row)) / total })));
  const chiSquare = sumOf(cells.filter(({ expected }) => expected > 0).map(({ seen, expected }) => (seen - expected) ** 2 / expected));
  return chiSquareSurvival(chiSquare, (rows.length - 1) * (used - 1));
}

/** Whether the arms (control first) are alike in a category: counts by arm, then by category, every arm in the same order. */
export function balanceOfCounts(table: readonly (readonly number[])[]): Balance {
  const [control = [], ...others] = table.map((row) => row.map((count) => count / Math.max(sumOf(row), 1)));
  const standardisedDifference = largest(
    others.flatMap((shares) =>
      shares.map((share, at) => {
        const before = control[at] ?? 0;
        return standardised(share - before, [share * (1 - share), before * (1 - before)]);
      }),
    ),
  );
  const p = tableP(table);
  return { standardisedDifference, p, alarm: p < IMBALANCE_P && standardisedDifference > IMBALANCE / 10 };
}
