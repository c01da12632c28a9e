import { addSums, fullSums, type ArmSums, type FullArmSums, type MetricType } from './arm-sums';
import { estimateEffect, neutralEstimate, type EffectScale, type Estimate } from './estimate';
import { momentsOf, sampleCovariance, sampleVariance } from './moments';

/** The sums of control and arm among the units of one stratum. */
export interface Stratum {
  readonly control: ArmSums;
  readonly arm: ArmSums;
}

interface Cell {
  readonly n: number;
  readonly control: FullArmSums;
  readonly arm: FullArmSums;
}

type Vector = readonly number[];
type Matrix = readonly Vector[];

/** Means that the effect is made of, with the covariance of one unit of the cell. */
interface CellMeans {
  readonly n: number;
  readonly means: Vector;
  readonly covariance: Matrix;
}

const cellOf = ({ control, arm }: Stratum): Cell => ({ n: control.n + arm.n, control: fullSums(control), arm: fullSums(arm) });

const isViable = (type: MetricType, { control, arm }: Cell): boolean =>
  Math.min(control.n, arm.n) >= 2 && momentsOf(type, control).variance > 0 && momentsOf(type, arm).variance > 0;

/** Strata in which an arm says nothing by itself are added to the largest one. */
function viableCells(type: MetricType, strata: readonly Stratum[]): Cell[] {
  const [largest, ...rest] = strata.map(cellOf).sort((a, b) => b.n - a.n);
  if (!largest) return [];
  const weak = rest.filter((cell) => !isViable(type, cell));
  const merged: Cell = {
    n: weak.reduce((sum, { n }) => sum + n, largest.n),
    control: addSums(largest.control, ...weak.map(({ control }) => control)),
    arm: addSums(largest.arm, ...weak.map(({ arm }) => arm)),
  };
  return [merged, ...rest.filter((cell) => isViable(type, cell))];
}

/** Per arm the means of numerator and denominator (of other metrics the mean alone) and their covariance of one unit. */
function armMeans(type: MetricType, sums: FullArmSums): { readonly means: Vector; readonly covariance: Matrix } {
  const { n, sum, denominatorSum } = sums;
  if (type !== 'ratio') {
    const { mean, variance } = momentsOf(type, sums);
    return { means: [mean], covariance: [[variance]] };
  }
  const cross = sampleCovariance(n, sum, denominatorSum, sums.numeratorDenominatorSum);
  return {
    means: [sum / n, denominatorSum / n],
    covariance: [
      [sampleVariance(n, sum, sums.sumSquares), cross],
      [cross, sampleVariance(n, denominatorSum, sums.denominatorSumSquares)],
    ],
  };
}

/** Control's means, then the arm's; the arms are independent, and a unit of the cell is one of theirs with n_arm / n. */
function cellMeans(type: MetricType, { n, control, arm }: Cell): CellMeans {
  const [a, b] = [armMeans(type, control), armMeans(type, arm)];
  const size = a.means.length;
  const at = (row: number, column: number): number => {
    if (row < size && column < size) return ((a.covariance[row]?.[column] ?? 0) * n) / control.n;
    if (row >= size && column >= size) return ((b.covariance[row - size]?.[column - size] ?? 0) * n) / arm.n;
    return 0;
  };
  const range = Array.from({ length: 2 * size }, (_, index) => index);
  return { n, means: [...a.means, ...b.means], covariance: range.map((row) => range.map((column) => at(row, column))) };
}

/** Mean over strata with pooled weights, and its covariance: within strata, and between them as the weights are estimated too. */
function pooled(cells: readonly CellMeans[]): CellMeans {
  const n = cells.reduce((sum, cell) => sum + cell.n, 0);
  const size = cells[0]?.means.length ?? 0;
  const range = Array.from({ length: size }, (_, index) => index);
  const average = (of: (cell: CellMeans) => number): number => cells.reduce((sum, cell) => sum + (cell.n / n) * of(cell), 0);
  const means = range.map((at) => average((cell) => cell.means[at] ?? 0));
  const covariance = range.map((row) =>
    range.map(
      (column) =>
        average((cell) => cell.covariance[row]?.[column] ?? 0) +
        average((cell) => (cell.means[row] ?? 0) * (cell.means[column] ?? 0)) -
        (means[row] ?? 0) * (means[column] ?? 0),
    ),
  );
  return { n, means, covariance };
}

interface EffectAt {
  readonly control: number;
  readonly arm: number;
  /** Derivatives of the arm's and the control's value by each mean. */
  readonly gradient: { readonly control: Vector; readonly arm: Vector };
}

function effectAt(type: MetricType, means: Vector): EffectAt {
  if (type !== 'ratio') return { control: means[0] ?? 0, arm: means[1] ?? 0, gradient: { control: [1, 0], arm: [0, 1] } };
  const [m = 0, d = 0, mB = 0, dB = 0] = means;
  return {
    control: m / d,
    arm: mB / dB,
    gradient: { control: [1 / d, -m / (d * d), 0, 0], arm: [0, 0, 1 / dB, -mB / (dB * dB)] },
  };
}

function quadratic(vector: Vector, matrix: Matrix): number {
  return matrix.reduce(
    (sum, row, at) => sum + (vector[at] ?? 0) * row.reduce((inner, value, column) => inner + value * (vector[column] ?? 0), 0),
    0,
  );
}

function stratifiedEstimate(type: MetricType, cells: readonly Cell[], scale: EffectScale, plain: Estimate): Estimate {
  const { n, means, covariance } = pooled(cells.map((cell) => cellMeans(type, cell)));
  const { control, arm, gradient } = effectAt(type, means);
  if (scale === 'relative' && control === 0) return neutralEstimate('control_mean_zero', plain.n, plain.means);
  const unit = scale === 'relative' ? Math.abs(control) : 1;
  const ofControl = scale === 'relative' ? arm / control : 1;
  const slope = gradient.arm.map((value, at) => (value - ofControl * (gradient.control[at] ?? 0)) / unit);
  const effect = (arm - control) / unit;
  const se = Math.sqrt(quadratic(slope, covariance) / n);
  if (!(se > 0)) return neutralEstimate('no_variance', plain.n, plain.means);
  if (!Number.isFinite(effect) || !Number.isFinite(se)) return neutralEstimate('numbers_too_large', plain.n, plain.means);
  return { n: plain.n, means: [control, arm], effect, se, df: plain.df, theta: 0, reason: null };
}

/**
 * Post-stratification: every stratum compared within itself, then averaged with the pooled weights of both arms; the variance has
 * a within-strata and, as the weights are estimated from the same units, a between-strata term (Miratrix, Sekhon & Yu, JRSS B 75,
 * 2013; Xie & Aurisset, KDD 2016). Strata too small for that join the largest; with one stratum left it is the plain estimate.
 */
export function stratifiedEffect(type: MetricType, strata: readonly Stratum[], scale: EffectScale): Estimate {
  const options = { effect: scale, cuped: false };
  const whole = [addSums(...strata.map(({ control }) => control)), addSums(...strata.map(({ arm }) => arm))] as const;
  const plain = estimateEffect(type, ...whole, options);
  if (plain.reason !== null) return plain;
  const cells = viableCells(type, strata);
  return cells.length < 2 ? plain : stratifiedEstimate(type, cells, scale, plain);
}
