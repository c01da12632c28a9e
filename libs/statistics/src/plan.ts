import type { Direction, MetricType } from './arm-sums';
import type { EffectScale } from './estimate';
import { detectableDrift, powerAt, unitsNeeded, type EffectPerUnit, type TestDesign } from './power';

export interface PlanInput {
  readonly type: MetricType;
  readonly direction: Direction;
  /** What a unit does now: its mean, share or ratio, and the variance of one unit (of a share it follows from the mean). */
  readonly baseline: { readonly mean: number; readonly variance?: number };
  readonly scale: EffectScale;
  /** The effect worth finding; only its size counts, its sign is the direction's. */
  readonly effect?: number;
  /** Planned shares, the control first. */
  readonly weights: readonly number[];
  readonly power: number;
  /** Already divided by the number of comparisons, where many are made. */
  readonly design: TestDesign;
  /** Correlation of a unit's value with its own before exposure: CUPED leaves the variance 1 - rho^2. */
  readonly correlation?: number;
  /** Units that arrive per day and are covered by the experiment. */
  readonly unitsPerDay?: number;
  /** For how long it could run. */
  readonly days?: number;
}

export type PlanReason = 'effect_zero' | 'no_variance' | 'control_mean_zero' | 'too_few_arms' | 'effect_out_of_range' | 'never_enough';

export interface Plan {
  /** Units of all arms for the effect asked for; null with the reason. */
  readonly units: number | null;
  readonly unitsByArm: readonly number[];
  /** Days until those units are there. */
  readonly days: number | null;
  /** For the days given: units by then, the power for the effect asked for, and the smallest effect that is shown with the power asked for. */
  readonly atEnd: { readonly units: number; readonly power: number | null; readonly detectableEffect: number | null } | null;
  readonly reason: PlanReason | null;
}

interface Shares {
  readonly control: number;
  readonly arm: number;
  /** Units of control and arm, of all units. */
  readonly ofAll: number;
}

/** Control and the smallest of the other arms: the comparison that takes longest. */
function sharesOf(weights: readonly number[]): Shares | undefined {
  const [control = 0, ...others] = weights;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const arm = Math.min(...others.filter((weight) => weight > 0));
  if (!(control > 0) || !Number.isFinite(arm)) return undefined;
  return { control: control / (control + arm), arm: arm / (control + arm), ofAll: (control + arm) / total };
}

const signed = (size: number, direction: Direction): number => (direction === 'up' ? Math.abs(size) : -Math.abs(size));

interface Situation {
  readonly input: PlanInput;
  readonly shares: Shares;
}

function varianceOf({ type, baseline, correlation = 0 }: PlanInput, mean: number): number {
  const variance = type === 'proportion' ? mean * (1 - mean) : (baseline.variance ?? 0);
  return variance * (1 - correlation * correlation);
}

const armMean = ({ scale, baseline, direction }: PlanInput, size: number): number =>
  baseline.mean + signed(size, direction) * (scale === 'relative' ? Math.abs(baseline.mean) : 1);

/** Variances of one unit of control and arm, divided by their shares: of the means, times the units of both. */
function meanVariances({ input, shares }: Situation, means: readonly [a: number, b: number]): readonly [control: number, arm: number] {
  return [varianceOf(input, means[0]) / shares.control, varianceOf(input, means[1]) / shares.arm];
}

/** Standard error of the effect at these means times the root of the units of both arms: as in `estimateEffect`. */
function sdAt(situation: Situation, [a, b]: readonly [a: number, b: number], variances: readonly [number, number]): number {
  if (situation.input.scale === 'absolute') return Math.sqrt(variances[0] + variances[1]);
  return Math.sqrt(variances[1] + (variances[0] * b * b) / (a * a)) / Math.abs(a);
}

function sdOfEffect(situation: Situation, size: number): number {
  const means = [situation.input.baseline.mean, armMean(situation.input, size)] as const;
  return sdAt(situation, means, meanVariances(situation, means));
}

/** How the effect changes with the mean of the control (its own sign) and of the arm. */
function slopesAt({ input }: Situation, [a, b]: readonly [a: number, b: number]): readonly [number, number] {
  return input.scale === 'absolute' ? [-1, 1] : [(-b / (a * a)) * Math.sign(a), 1 / Math.abs(a)];
}

/** Farther out than this many times the effect a boundary is hardly ever crossed, and is left as it is. */
const FAR = 3;

/**
 * The standard error is estimated from the same means as the effect, so a lucky result has a larger one. The effect that is just
 * significant is looked for on the likeliest way from the true means, and the boundary put where that effect is.
 */
function criticalOf(situation: Situation, size: number): (boundary: number, n: number) => number {
  const sign = situation.input.direction === 'up' ? 1 : -1;
  const truth = [situation.input.baseline.mean, armMean(situation.input, size)] as const;
  const variances = meanVariances(situation, truth);
  const slopes = slopesAt(situation, truth);
  const sd = sdAt(situation, truth, variances);
  const meansAt = (effect: number): readonly [number, number] => {
    const back = (sign * (effect - size)) / (sd * sd);
    return [truth[0] + back * variances[0] * slopes[0], truth[1] + back * variances[1] * slopes[1]];
  };
  return (boundary, n) => {
    const root = Math.sqrt(n);
    let effect = (boundary * sd) / root;
    if (!(effect < FAR * size)) return boundary;
    for (let step = 0; step < 8; step++) {
      const means = meansAt(effect);
      effect = (boundary * sdAt(situation, means, meanVariances(situation, means))) / root;
    }
    const spread = sdAt(situation, [truth[0], armMean(situation.input, effect)], variances);
    const critical = (size / sd - (size - effect) / spread) * root;
    return Number.isFinite(critical) ? critical : boundary;
  };
}

const perUnit = (situation: Situation, size: number): EffectPerUnit => ({
  effect: size,
  sd: sdOfEffect(situation, size),
  critical: criticalOf(situation, size),
});

function isPossible(input: PlanInput, size: number): boolean {
  const mean = armMean(input, size);
  return input.type !== 'proportion' || (mean > 0 && mean < 1);
}

/** The smallest effect at n units of both arms. Its own size changes its error, so it is found by fixed-point steps. */
function smallestEffect(situation: Situation, n: number): number | null {
  const { input } = situation;
  const drift = detectableDrift(n, input.power, input.design);
  if (drift === null) return null;
  let size = 0;
  for (let step = 0; step < 50; step++) {
    const next = (drift * sdOfEffect(situation, size)) / Math.sqrt(n);
    if (!Number.isFinite(next) || !isPossible(input, next)) return null;
    if (Math.abs(next - size) <= 1e-9 * next) break;
    size = next;
  }
  return signed(size, input.direction);
}

function endOf(situation: Situation): Plan['atEnd'] {
  const { days, unitsPerDay, effect, design } = situation.input;
  if (days === undefined || unitsPerDay === undefined) return null;
  const units = Math.floor(days * unitsPerDay);
  const n = units * situation.shares.ofAll;
  const size = Math.abs(effect ?? 0);
  const power = size > 0 && isPossible(situation.input, size) ? powerAt(perUnit(situation, size), n, design) : null;
  return { units, power, detectableEffect: smallestEffect(situation, n) };
}

function reasonAgainst(input: PlanInput): PlanReason | null {
  const { baseline, scale, effect } = input;
  if (scale === 'relative' && baseline.mean === 0) return 'control_mean_zero';
  if (!(varianceOf(input, baseline.mean) > 0)) return 'no_variance';
  if (effect === undefined) return null;
  if (effect === 0) return 'effect_zero';
  return isPossible(input, Math.abs(effect)) ? null : 'effect_out_of_range';
}

const unplanned = (reason: PlanReason | null, atEnd: Plan['atEnd'] = null): Plan => ({
  units: null,
  unitsByArm: [],
  days: null,
  atEnd,
  reason,
});

function sized(situation: Situation, size: number): Plan {
  const { input, shares } = situation;
  const pair = unitsNeeded(perUnit(situation, size), input.power, input.design);
  const atEnd = endOf(situation);
  if (pair === null) return unplanned('never_enough', atEnd);
  const total = input.weights.reduce((sum, weight) => sum + weight, 0);
  const unitsByArm = input.weights.map((weight) => Math.ceil(((pair / shares.ofAll) * weight) / total));
  const units = unitsByArm.reduce((sum, each) => sum + each, 0);
  return { units, unitsByArm, days: input.unitsPerDay ? Math.ceil(units / input.unitsPerDay) : null, atEnd, reason: null };
}

/**
 * How many units and days an experiment takes to show an effect, what power it has at an end that is given, and the smallest effect
 * it can then show. For the always-valid test the power is that of looking as often as the design says, not of the last look alone.
 */
export function planExperiment(input: PlanInput): Plan {
  const shares = sharesOf(input.weights);
  if (!shares) return unplanned('too_few_arms');
  const reason = reasonAgainst(input);
  const situation = { input, shares };
  if (reason !== null) return unplanned(reason, reason === 'no_variance' || reason === 'control_mean_zero' ? null : endOf(situation));
  return input.effect === undefined ? unplanned(null, endOf(situation)) : sized(situation, Math.abs(input.effect));
}

export interface ProgressInput {
  /** Standard error now, of the effect, and the units of both arms it comes from. */
  readonly se: number;
  readonly n: number;
  /** The effect worth finding, on the same scale. */
  readonly effect: number;
  readonly power: number;
  readonly design: TestDesign;
  /** Units of both arms per day. */
  readonly unitsPerDay?: number;
}

export interface Progress {
  /** The power that the units so far gave for the effect. */
  readonly power: number;
  readonly detectableEffect: number | null;
  /** Units of both arms for the wanted power; null when no number would do. */
  readonly unitsNeeded: number | null;
  /** Units of both arms still to come; 0 when there are enough, null when no number would do. */
  readonly unitsStillNeeded: number | null;
  readonly daysStillNeeded: number | null;
}

/** The same while an experiment runs, from the standard error it has by now. */
export function progressOf({ se, n, effect, power, design, unitsPerDay }: ProgressInput): Progress {
  const sd = se * Math.sqrt(n);
  if (!(sd > 0) || !Number.isFinite(sd))
    return { power: 0, detectableEffect: null, unitsNeeded: null, unitsStillNeeded: null, daysStillNeeded: null };
  const needed = unitsNeeded({ effect, sd }, power, design);
  const still = needed === null ? null : Math.max(0, needed - n);
  const drift = detectableDrift(n, power, design);
  return {
    power: powerAt({ effect, sd }, n, design),
    detectableEffect: drift === null ? null : drift * se,
    unitsNeeded: needed,
    unitsStillNeeded: still,
    daysStillNeeded: still !== null && unitsPerDay !== undefined && unitsPerDay > 0 ? still / unitsPerDay : null,
  };
}
