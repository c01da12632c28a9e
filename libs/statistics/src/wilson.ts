/** The normal quantile of a two-sided 95 % interval. */
export const Z_95 = 1.959963984540054;

/** Lower and upper end of an interval. */
export type Interval = readonly [lower: number, upper: number];

/**
 * Wilson score interval of a proportion (E. B. Wilson, JASA 22, 1927): `successes` of `n`, both counts.
 * Without trials nothing is known and the answer is [0, 1]; counts out of range are clamped to 0..n.
 */
export function wilson(successes: number, n: number, z: number = Z_95): Interval {
  if (!(n > 0) || !Number.isFinite(n)) return [0, 1];
  const share = Math.min(Math.max(Number.isFinite(successes) ? successes / n : 0, 0), 1);
  const zSquaredPerTrial = (z * z) / n;
  const centre = share + zSquaredPerTrial / 2;
  const halfWidth = z * Math.sqrt((share * (1 - share) + zSquaredPerTrial / 4) / n);
  const scale = 1 + zSquaredPerTrial;
  // At its ends the interval is exact; rounding would leave 0.9999999999999998.
  return [share === 0 ? 0 : Math.max(0, (centre - halfWidth) / scale), share === 1 ? 1 : Math.min(1, (centre + halfWidth) / scale)];
}
