/** Half-open: [from, to). */
export type BucketRange = readonly [from: number, to: number];

const isWeight = (weight: number): boolean => Number.isFinite(weight) && weight >= 0;

/** As many equal weights as there are arms; none for less than one. */
export const equalWeights = (arms: number): number[] => (arms >= 1 ? Array.from({ length: arms }, () => 1 / arms) : []);

/** The weights as given; equal ones instead of weights of a wrong length, negative, or with a sum outside 0.99..1.01. */
export function repairedWeights(arms: number, weights?: readonly number[]): readonly number[] {
  if (weights?.length !== arms || !weights.every(isWeight)) return equalWeights(arms);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return sum < 0.99 || sum > 1.01 ? equalWeights(arms) : weights;
}

/**
 * The buckets of each arm. An arm begins where the weights before it end and takes `coverage` (clamped to 0..1) of its own weight,
 * so raising the coverage never moves a unit from one arm to another.
 */
export function bucketRanges(arms: number, coverage: number, weights?: readonly number[]): BucketRange[] {
  const share = Number.isNaN(coverage) ? 1 : Math.min(Math.max(coverage, 0), 1);
  let from = 0;
  return repairedWeights(arms, weights).map((weight): BucketRange => {
    const start = from;
    from += weight;
    return [start, start + share * weight];
  });
}

export const isInRange = (bucket: number, [from, to]: BucketRange): boolean => bucket >= from && bucket < to;

/** The index of the arm whose range holds the bucket, -1 when none does. */
export const chooseArm = (bucket: number, ranges: readonly BucketRange[]): number => ranges.findIndex((range) => isInRange(bucket, range));
