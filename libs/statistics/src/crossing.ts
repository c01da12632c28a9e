import { sequenceBoundary, type SequenceOptions } from './always-valid';
import { normalSurvival } from './normal';

/** How often, up to n units, the result is looked at; looks are evenly spaced in units. */
export interface Looks extends SequenceOptions {
  readonly n: number;
  readonly looks: number;
  /** The boundary that z of mean `drift` and variance 1 has to cross, when the z looked at is only nearly so; see `EffectPerUnit`. */
  readonly critical?: (boundary: number, n: number) => number;
}

/** Beyond this many standard deviations a normal density is nothing. */
const REACH = 5.5;
/** Points per standard deviation of one step: Simpson's rule is then good to 1e-4. */
const POINTS = 1.6;

interface Density {
  readonly from: number;
  readonly step: number;
  /** Density times Simpson weight. */
  readonly mass: Float64Array;
}

interface Walk {
  readonly drift: number;
  readonly step: number;
  readonly sd: number;
}

/** Simpson's weights 1 4 2 4 ... 1 over an even number of intervals. */
const simpson = (at: number, last: number): number => (at === 0 || at === last ? 1 : at % 2 === 1 ? 4 : 2) / 3;

interface Span {
  readonly low: number;
  readonly high: number;
}

function gridOver({ low, high }: Span, sd: number): { readonly count: number; readonly step: number } {
  const count = 2 * Math.max(8, Math.ceil(((high - low) * POINTS) / sd / 2));
  return { count, step: (high - low) / count };
}

/** The density of the walk after one more step, from where it has not crossed. */
function advance(before: Density, walk: Walk, span: Span): Density {
  const { count, step } = gridOver(span, walk.sd);
  const mass = new Float64Array(count + 1);
  const shift = walk.drift * walk.step;
  const scale = 1 / (walk.sd * Math.sqrt(2 * Math.PI));
  for (let at = 0; at <= count; at++) {
    const centre = span.low + at * step - shift - before.from;
    const first = Math.max(0, Math.ceil((centre - REACH * walk.sd) / before.step));
    const last = Math.min(before.mass.length - 1, Math.floor((centre + REACH * walk.sd) / before.step));
    let sum = 0;
    for (let from = first; from <= last; from++) {
      const z = (centre - from * before.step) / walk.sd;
      sum += (before.mass[from] ?? 0) * Math.exp((-z * z) / 2);
    }
    mass[at] = sum * scale * step * simpson(at, count);
  }
  return { from: span.low, step, mass };
}

function startAt(walk: Walk, span: Span): Density {
  const { count, step } = gridOver(span, walk.sd);
  const scale = 1 / (walk.sd * Math.sqrt(2 * Math.PI));
  const mass = Float64Array.from({ length: count + 1 }, (_, at) => {
    const z = (span.low + at * step - walk.drift * walk.step) / walk.sd;
    return Math.exp((-z * z) / 2) * scale * step * simpson(at, count);
  });
  return { from: span.low, step, mass };
}

/** How much of the density goes over the upper bound with the next step. */
function crossingMass({ from, step, mass }: Density, walk: Walk, bound: number): number {
  const shift = walk.drift * walk.step;
  let sum = 0;
  for (let at = mass.length - 1; at >= 0; at--) {
    const z = (bound - shift - from - at * step) / walk.sd;
    if (z > REACH) break;
    sum += (mass[at] ?? 0) * (z < -REACH ? 1 : normalSurvival(z));
  }
  return sum;
}

function spanAt(time: number, walk: Walk, bounds: Span): Span {
  const mean = walk.drift * time;
  const reach = REACH * Math.sqrt(time);
  return { low: Math.max(bounds.low, mean - reach), high: Math.min(bounds.high, mean + reach) };
}

function boundsAt(look: number, { n, looks, alpha, tuningN, sided, critical }: Looks): Span {
  const time = look / looks;
  const bound = sequenceBoundary(n * time, { alpha, tuningN, sided });
  const high = (critical?.(bound, n * time) ?? bound) * Math.sqrt(time);
  return { low: sided === 'two' ? -bound * Math.sqrt(time) : Number.NEGATIVE_INFINITY, high };
}

/**
 * The probability that the upper boundary of the confidence sequence is crossed at one of the looks, when z has mean `drift` at the
 * last: recursive integration of the density of what has not crossed (Armitage, McPherson & Rowe, JRSS A 132, 1969; Jennison &
 * Turnbull 2000, chapter 19). One-sided tests are turned so that the wanted side is up.
 */
export function crossingProbability(drift: number, design: Looks): number {
  const plan: Looks = { ...design, sided: design.sided === 'two' ? 'two' : 'greater' };
  const walk: Walk = { drift, step: 1 / plan.looks, sd: Math.sqrt(1 / plan.looks) };
  const first = boundsAt(1, plan);
  let crossed = normalSurvival((first.high - drift * walk.step) / walk.sd);
  let span = spanAt(walk.step, walk, first);
  let density: Density | undefined;
  for (let look = 2; look <= plan.looks && span.high > span.low; look++) {
    density = density ? advance(density, walk, span) : startAt(walk, span);
    const bounds = boundsAt(look, plan);
    crossed += crossingMass(density, walk, bounds.high);
    span = spanAt(look / plan.looks, walk, bounds);
  }
  return Math.min(1, Math.max(0, crossed));
}
