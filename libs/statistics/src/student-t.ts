import { incompleteBeta, logBeta } from './gamma';
import { normalQuantile, normalSurvival } from './normal';

/** Beyond this many degrees of freedom the t and the normal distribution differ by less than 1e-9. */
const NORMAL_FROM = 1e9;

/** Below so few degrees of freedom any finite t is nothing, and half of them is no number any more. */
const NOTHING_BELOW = 1e-200;

/** P(T > t) with df > 0 degrees of freedom, also fractional: I_x(df/2, 1/2) / 2, x = df / (df + t^2) (A & S 26.7.1). */
export function tSurvival(t: number, df: number): number {
  if (Number.isNaN(t) || !(df > NOTHING_BELOW)) return 0.5;
  if (df >= NORMAL_FROM) return normalSurvival(t);
  const square = (t / df) * t;
  const beyond = square === Number.POSITIVE_INFINITY ? 0 : incompleteBeta(df / 2, 0.5, 1 / (1 + square), square / (1 + square)) / 2;
  return t >= 0 ? beyond : 1 - beyond;
}

/** P(T <= t). */
export const tCdf = (t: number, df: number): number => tSurvival(-t, df);

function density(t: number, df: number): number {
  return Math.exp(-((df + 1) / 2) * Math.log1p((t * t) / df) - 0.5 * Math.log(df) - logBeta(df / 2, 0.5));
}

function bracket(tail: number, df: number): [low: number, high: number] {
  let high = Math.max(1, -normalQuantile(tail));
  while (tSurvival(high, df) > tail && high < Number.MAX_VALUE / 4) high *= 2;
  return [0, high];
}

/** The t > 0 with P(T > t) = tail < 1/2: Newton's method kept inside a shrinking bracket. */
function upperQuantile(tail: number, df: number): number {
  let [low, high] = bracket(tail, df);
  let t = Math.min(Math.max(-normalQuantile(tail), low), high);
  for (let step = 0; step < 200; step++) {
    const error = tSurvival(t, df) - tail;
    if (error > 0) low = t;
    else high = t;
    const newton = t + error / density(t, df);
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - t) <= 4e-16 * Math.abs(next)) return next;
    t = next;
  }
  return t;
}

/** The t with P(T > t) = tail, 0 < tail < 1. */
export function tUpperQuantile(tail: number, df: number): number {
  if (!(tail > 0 && tail < 1) || !(df > NOTHING_BELOW)) return 0;
  if (df >= NORMAL_FROM) return -normalQuantile(tail);
  if (tail === 0.5) return 0;
  return tail < 0.5 ? upperQuantile(tail, df) : -upperQuantile(1 - tail, df);
}

/** The t with P(T <= t) = p. */
export const tQuantile = (p: number, df: number): number => -tUpperQuantile(p, df);
