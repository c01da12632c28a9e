import { sumsOfUnits, type FullArmSums } from './arm-sums';
import { neutralEstimate, type EffectScale, type Estimate } from './estimate';
import { cleaned, sampleVariance } from './moments';

/** One measurement, of which a unit may have many. */
export interface UnitRow {
  readonly unit: string;
  readonly value: number;
}

/** Per unit the sum of its values and how many there are, in the order in which units first appear. */
export function totalsByUnit(rows: Iterable<UnitRow>): ReadonlyMap<string, { readonly sum: number; readonly count: number }> {
  const totals = new Map<string, { sum: number; count: number }>();
  for (const { unit, value } of rows) {
    const total = totals.get(unit) ?? { sum: 0, count: 0 };
    totals.set(unit, { sum: total.sum + value, count: total.count + 1 });
  }
  return totals;
}

/**
 * Rows of repeated raters as sums over their units, which is what may be compared: rows of one unit are not independent.
 * `mean`: every unit counts once, with its own mean. `ratio`: every row counts, and the variance is that between units.
 */
export function sumsByUnit(rows: Iterable<UnitRow>, as: 'mean' | 'ratio'): FullArmSums {
  const totals = [...totalsByUnit(rows).values()];
  return sumsOfUnits(totals.map(({ sum, count }) => (as === 'mean' ? { value: sum / count } : { value: sum, denominator: count })));
}

/** The same unit under the control and under the arm. */
export interface Pair {
  readonly control: number;
  readonly arm: number;
}

/** Units that were seen under both, each with its own mean under either: what `pairedEffect` takes. */
export function pairsByUnit(control: Iterable<UnitRow>, arm: Iterable<UnitRow>): Pair[] {
  const before = totalsByUnit(control);
  return [...totalsByUnit(arm)].flatMap(([unit, { sum, count }]) => {
    const own = before.get(unit);
    return own ? [{ control: own.sum / own.count, arm: sum / count }] : [];
  });
}

/**
 * The effect when every unit was seen under both (the same prompts made by two engines): the variance is that of the differences
 * within units (Student's paired test, Biometrika 6, 1908; relative by the delta method). For `testEffect`.
 */
export function pairedEffect(pairs: readonly Pair[], scale: EffectScale): Estimate {
  const n = pairs.length;
  const mean = (of: (pair: Pair) => number): number => (n > 0 ? pairs.reduce((sum, pair) => sum + of(pair), 0) / n : 0);
  const [control, arm] = [mean((pair) => pair.control), mean((pair) => pair.arm)];
  const both = [n, n] as const;
  const means = [control, arm] as const;
  if (n < 2) return neutralEstimate('too_few_units', both, means);
  if (scale === 'relative' && control === 0) return neutralEstimate('control_mean_zero', both, means);
  const [ratio, unit] = scale === 'relative' ? [arm / control, Math.abs(control)] : [1, 1];
  const differences = pairs.map((pair) => pair.arm - ratio * pair.control);
  const sum = differences.reduce((total, each) => total + each, 0);
  const squares = differences.reduce((total, each) => total + each * each, 0);
  const size = pairs.reduce((total, pair) => total + pair.arm * pair.arm + (ratio * pair.control) ** 2, 0);
  const se = Math.sqrt(cleaned(sampleVariance(n, sum, squares), size, n) / n) / unit;
  if (!(se > 0)) return neutralEstimate('no_variance', both, means);
  const effect = (arm - control) / unit;
  if (!Number.isFinite(effect) || !Number.isFinite(se)) return neutralEstimate('numbers_too_large', both, means);
  return { n: both, means, effect, se, df: n - 1, theta: 0, reason: null };
}
