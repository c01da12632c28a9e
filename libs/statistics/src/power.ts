import { type Sided } from './always-valid';
import { crossingProbability } from './crossing';
import { normalQuantile, normalSurvival } from './normal';

export interface TestDesign {
  readonly method: 'always_valid' | 'fixed';
  readonly sided: Sided;
  readonly alpha: number;
  readonly tuningN: number;
  /** How often the always-valid result is looked at until the end; the fixed test looks once. */
  readonly looks: number;
}

/** Looks more often than this make no difference that a plan could use. */
const MAX_LOOKS = 100;
const MAX_UNITS = 1e12;

/** An effect per standard deviation of one unit: SE of the effect at n units of both arms is sd / sqrt(n). */
export interface EffectPerUnit {
  readonly effect: number;
  readonly sd: number;
  /** Where the standard error depends on what is found: the boundary for a z of variance 1 that is crossed as often as the real one. */
  readonly critical?: (boundary: number, n: number) => number;
}

type Critical = EffectPerUnit['critical'];

function powerOfDrift(drift: number, n: number, design: TestDesign, critical?: Critical): number {
  if (!(n >= 2) || !Number.isFinite(drift)) return 0;
  const { method, sided, alpha, tuningN } = design;
  if (method === 'fixed') {
    const bound = -normalQuantile(sided === 'two' ? alpha / 2 : alpha);
    return normalSurvival((critical?.(bound, n) ?? bound) - drift);
  }
  const looks = Math.min(Math.max(Math.round(design.looks), 1), MAX_LOOKS);
  return crossingProbability(drift, { n, alpha, tuningN, sided, looks, ...(critical && { critical }) });
}

/** The probability that an effect of this size is shown, in its own direction, by the time there are n units of both arms. */
export function powerAt({ effect, sd, critical }: EffectPerUnit, n: number, design: TestDesign): number {
  return sd > 0 ? powerOfDrift((Math.abs(effect) / sd) * Math.sqrt(n), n, design, critical) : 0;
}

interface Point {
  readonly x: number;
  /** Distance of the power at x from the target, in normal quantiles: nearly a straight line in the drift. */
  readonly miss: number;
}

const quantileWithin = (power: number): number => normalQuantile(Math.min(Math.max(power, 1e-9), 1 - 1e-9));

/** The x between two where growing power reaches the target: regula falsi, the Illinois variant. */
function reach(target: number, powerAtX: (x: number) => number, bounds: readonly [number, number]): number {
  const wanted = quantileWithin(target);
  const pointAt = (x: number): Point => ({ x, miss: quantileWithin(powerAtX(x)) - wanted });
  let low = pointAt(bounds[0]);
  let high = pointAt(bounds[1]);
  for (let step = 0; step < 40 && high.x - low.x > 1e-4 * high.x && high.miss > 1e-4; step++) {
    const middle = pointAt(high.x - (high.miss * (high.x - low.x)) / (high.miss - low.miss));
    if (middle.miss < 0) [low, high] = [middle, { x: high.x, miss: middle.miss > -1e-4 ? 0 : high.miss / 2 }];
    else [low, high] = [{ x: low.x, miss: low.miss / 2 }, middle];
  }
  return high.miss === 0 ? low.x : high.x;
}

/** Units of both arms until an effect is shown with the wanted power; null when no sample would do. */
export function unitsNeeded(of: EffectPerUnit, power: number, design: TestDesign): number | null {
  const ratio = Math.abs(of.effect) / of.sd;
  if (!(ratio > 0) || !Number.isFinite(ratio)) return null;
  const z = normalQuantile(power) - normalQuantile(design.sided === 'two' ? design.alpha / 2 : design.alpha);
  const start = Math.max(2, (z / ratio) ** 2);
  let high = start;
  while (high < MAX_UNITS && powerAt(of, high, design) < power) high *= 2;
  if (high >= MAX_UNITS) return null;
  const low = Math.max(2, high === start ? start / 4 : high / 2);
  const root = reach(power, (rootN) => powerAt(of, rootN * rootN, design), [Math.sqrt(low), Math.sqrt(high)]);
  return Math.ceil(root * root);
}

/** How many standard errors (at n units) an effect must be for the wanted power; null when no effect would do. */
export function detectableDrift(n: number, power: number, design: TestDesign): number | null {
  if (!(n >= 2)) return null;
  let high = 4;
  while (high < 1e6 && powerOfDrift(high, n, design) < power) high *= 2;
  return high >= 1e6 ? null : reach(power, (drift) => powerOfDrift(drift, n, design), [0, high]);
}

/** The smallest effect that n units of both arms show with the wanted power; `sd` as in `EffectPerUnit`. */
export function detectableEffect(sd: number, n: number, options: { readonly power: number; readonly design: TestDesign }): number | null {
  const drift = detectableDrift(n, options.power, options.design);
  return drift === null || !(sd > 0) ? null : (drift * sd) / Math.sqrt(n);
}
