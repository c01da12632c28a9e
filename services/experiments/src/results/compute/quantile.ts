import { logHistogramQuantile, type Estimate, type LogBinCount } from '@picly/statistics';

/** The normal quantile that the width of the order-statistics interval is turned into a standard error with. */
const Z = 1.959963984540054;

interface QuantileEstimate {
  readonly value: number;
  readonly se: number;
}

/**
 * A quantile of single events with the error of its order statistics (Woodruff, JASA 47, 1952): the values at q +- z sqrt(q(1-q)/m).
 * m is the number of units, not of events: the events of one unit are alike, and may count as no more than one.
 */
function quantileOf(bins: readonly LogBinCount[], q: number, units: number): QuantileEstimate | undefined {
  const value = logHistogramQuantile(bins, q);
  const reach = Z * Math.sqrt((q * (1 - q)) / units);
  if (value === null || q - reach <= 0 || q + reach >= 1) return undefined;
  const [low, high] = [logHistogramQuantile(bins, q - reach), logHistogramQuantile(bins, q + reach)];
  return low === null || high === null ? undefined : { value, se: (high - low) / (2 * Z) };
}

export interface QuantileArm {
  readonly bins: readonly LogBinCount[];
  readonly units: number;
}

type Scale = 'relative' | 'absolute';

function effectOf(a: QuantileEstimate, b: QuantileEstimate, scale: Scale): Pick<Estimate, 'effect' | 'se'> {
  if (scale === 'absolute') return { effect: b.value - a.value, se: Math.hypot(b.se, a.se) };
  const size = Math.abs(a.value);
  return { effect: (b.value - a.value) / size, se: Math.hypot(b.se, (b.value / a.value) * a.se) / size };
}

/** The difference of two quantiles; without a reason only where both are resolved by enough units. */
export function estimateQuantiles(q: number, control: QuantileArm, arm: QuantileArm, scale: Scale): Estimate {
  const n = [control.units, arm.units] as const;
  const [a, b] = [quantileOf(control.bins, q, control.units), quantileOf(arm.bins, q, arm.units)];
  const neutral = { n, means: [a?.value ?? 0, b?.value ?? 0] as const, effect: 0, se: 0, df: 0, theta: 0 };
  if (!a || !b) return { ...neutral, reason: 'quantile_not_resolved' };
  if (scale === 'relative' && a.value === 0) return { ...neutral, reason: 'control_mean_zero' };
  const found = effectOf(a, b, scale);
  if (!(found.se > 0)) return { ...neutral, reason: 'no_variance' };
  return { ...neutral, ...found, df: Math.max(1, n[0] + n[1] - 2), reason: null };
}
