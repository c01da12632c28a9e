/** The declared type of a metric decides its variance; the data never do. */
export type MetricType = 'mean' | 'proportion' | 'ratio';

/** Which way is better. */
export type Direction = 'up' | 'down';

/**
 * Sufficient statistics of one arm, over its units of randomisation: they add. `pre` is the time before exposure, for CUPED. Of a
 * ratio metric `sum` and `preSum` are of the numerator. What a metric does not need may be absent and counts as 0.
 */
export interface ArmSums {
  readonly n: number;
  readonly sum: number;
  readonly sumSquares?: number;
  readonly denominatorSum?: number;
  readonly denominatorSumSquares?: number;
  readonly numeratorDenominatorSum?: number;
  readonly preSum?: number;
  readonly preSumSquares?: number;
  /** Of a ratio metric: post numerator times pre numerator. */
  readonly postPreSum?: number;
  readonly preDenominatorSum?: number;
  readonly preDenominatorSumSquares?: number;
  readonly preNumeratorDenominatorSum?: number;
  readonly postNumeratorPreDenominatorSum?: number;
  readonly postDenominatorPreNumeratorSum?: number;
  readonly postDenominatorPreDenominatorSum?: number;
}

/** Every sum there is, absent ones as 0. */
export type FullArmSums = Required<ArmSums>;

const NOTHING: FullArmSums = {
  n: 0,
  sum: 0,
  sumSquares: 0,
  denominatorSum: 0,
  denominatorSumSquares: 0,
  numeratorDenominatorSum: 0,
  preSum: 0,
  preSumSquares: 0,
  postPreSum: 0,
  preDenominatorSum: 0,
  preDenominatorSumSquares: 0,
  preNumeratorDenominatorSum: 0,
  postNumeratorPreDenominatorSum: 0,
  postDenominatorPreNumeratorSum: 0,
  postDenominatorPreDenominatorSum: 0,
};

const NAMES = Object.keys(NOTHING) as readonly (keyof ArmSums)[];

export const fullSums = (sums: ArmSums): FullArmSums => ({ ...NOTHING, ...sums });

/** The sums of all units together. */
export function addSums(...parts: readonly ArmSums[]): FullArmSums {
  const total = { ...NOTHING } as Record<keyof ArmSums, number>;
  for (const part of parts) for (const name of NAMES) total[name] += part[name] ?? 0;
  return total;
}

/** One unit's values, to be added. */
export interface UnitValues {
  readonly value: number;
  readonly denominator?: number;
  readonly pre?: number;
  readonly preDenominator?: number;
}

/** The sums of one unit. */
export function sumsOfUnit({ value, denominator = 0, pre = 0, preDenominator = 0 }: UnitValues): FullArmSums {
  return {
    n: 1,
    sum: value,
    sumSquares: value * value,
    denominatorSum: denominator,
    denominatorSumSquares: denominator * denominator,
    numeratorDenominatorSum: value * denominator,
    preSum: pre,
    preSumSquares: pre * pre,
    postPreSum: value * pre,
    preDenominatorSum: preDenominator,
    preDenominatorSumSquares: preDenominator * preDenominator,
    preNumeratorDenominatorSum: pre * preDenominator,
    postNumeratorPreDenominatorSum: value * preDenominator,
    postDenominatorPreNumeratorSum: denominator * pre,
    postDenominatorPreDenominatorSum: denominator * preDenominator,
  };
}

/** The sums of many units, faster than adding one by one. */
export function sumsOfUnits(units: Iterable<UnitValues>): FullArmSums {
  const total = { ...NOTHING } as Record<keyof ArmSums, number>;
  for (const unit of units) {
    const one = sumsOfUnit(unit);
    for (const name of NAMES) total[name] += one[name];
  }
  return total;
}
