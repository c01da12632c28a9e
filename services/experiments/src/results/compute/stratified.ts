import { testEffect, type ArmSums, type Comparison, type Estimate, type MetricType, type TestOptions } from '@picly/statistics';
import { armSums, pooled, type Stratum } from './strata';

interface MeanOf {
  readonly n: number;
  readonly mean: number;
  /** Variance of the mean. */
  readonly error: number;
}

function ratioVariance(sums: ArmSums): number {
  const { n, sum, sumSquares = 0, denominatorSum = 0, denominatorSumSquares = 0, numeratorDenominatorSum = 0 } = sums;
  const ratio = sum / denominatorSum;
  const average = denominatorSum / n;
  const squares = sumSquares - 2 * ratio * numeratorDenominatorSum + ratio * ratio * denominatorSumSquares;
  return squares / (n - 1) / (average * average);
}

/** Mean and its error by the metric's declared type, as in statistics.md; undefined where two units would be needed. */
function meanOf(type: MetricType, sums: ArmSums): MeanOf | undefined {
  const { n, sum, sumSquares = 0, denominatorSum = 0 } = sums;
  if (n < 2 || (type === 'ratio' && denominatorSum === 0)) return undefined;
  const mean = type === 'ratio' ? sum / denominatorSum : sum / n;
  switch (type) {
    case 'proportion':
      return { n, mean, error: (mean * (1 - mean)) / n };
    case 'mean':
      return { n, mean, error: (sumSquares - (sum * sum) / n) / (n - 1) / n };
    case 'ratio':
      return { n, mean, error: ratioVariance(sums) / n };
  }
}

interface Pair {
  readonly control: MeanOf;
  readonly arm: MeanOf;
  readonly units: number;
}

function pairsOf(type: MetricType, strata: readonly Stratum[], names: readonly [string, string]): readonly Pair[] {
  return strata.flatMap((stratum) => {
    const [control, arm] = [meanOf(type, armSums(stratum, names[0])), meanOf(type, armSums(stratum, names[1]))];
    if (!control || !arm) return [];
    // Weighed by everybody who was assigned then, whatever the arm: the weights of the arms must not come in again.
    return [{ control, arm, units: [...stratum.sums.values()].reduce((sum, { n }) => sum + n, 0) }];
  });
}

function combined(pairs: readonly Pair[], side: 'control' | 'arm'): { readonly mean: number; readonly error: number } {
  const units = pairs.reduce((sum, pair) => sum + pair.units, 0);
  return pairs.reduce(
    (sum, pair) => {
      const weight = pair.units / units;
      return { mean: sum.mean + weight * pair[side].mean, error: sum.error + weight * weight * pair[side].error };
    },
    { mean: 0, error: 0 },
  );
}

function neutral(strata: readonly Stratum[], names: readonly [string, string], reason: Estimate['reason']): Estimate {
  const n = [pooled(strata, names[0]).n, pooled(strata, names[1]).n] as const;
  return { n, means: [0, 0], effect: 0, se: 0, df: 0, theta: 0, reason };
}

function estimateOf(
  type: MetricType,
  strata: readonly Stratum[],
  of: { names: readonly [string, string]; options: TestOptions },
): Estimate {
  const pairs = pairsOf(type, strata, of.names);
  if (pairs.length === 0) return neutral(strata, of.names, 'too_few_units');
  const [control, arm] = [combined(pairs, 'control'), combined(pairs, 'arm')];
  const isRelative = of.options.effect === 'relative';
  if (isRelative && control.mean === 0) return neutral(strata, of.names, 'control_mean_zero');
  const scale = isRelative ? control.mean * control.mean : 1;
  const ofControl = isRelative ? control.error * (arm.mean / control.mean) ** 2 : control.error;
  const se = Math.sqrt((arm.error + ofControl) / scale);
  if (!(se > 0)) return neutral(strata, of.names, 'no_variance');
  const n = [sumOf(pairs, 'control'), sumOf(pairs, 'arm')] as const;
  const effect = (arm.mean - control.mean) / (isRelative ? Math.abs(control.mean) : 1);
  return { n, means: [control.mean, arm.mean], effect, se, df: n[0] + n[1] - 2 * pairs.length, theta: 0, reason: null };
}

const sumOf = (pairs: readonly Pair[], side: 'control' | 'arm'): number => pairs.reduce((sum, pair) => sum + pair[side].n, 0);

/**
 * An arm against the control over strata of different weights: the differences within the strata, weighed by their units (Cochran
 * 1977, chapter 5). Pooling them as they are would mix the time of assignment into the effect (Simpson), which is what adaptive
 * weights do. Each stratum's weights were fixed before its units came, so its difference is unbiased.
 */
export function compareStratified(
  type: MetricType,
  strata: readonly Stratum[],
  names: readonly [control: string, arm: string],
  options: TestOptions,
): Comparison {
  return testEffect(estimateOf(type, strata, { names, options }), options);
}
