import type { Direction } from './arm-sums';
import { normalCdf, normalDensity } from './normal';

/** A normal prior of the relative effect. */
export interface Prior {
  readonly mean: number;
  readonly sd: number;
}

export interface Posterior {
  readonly mean: number;
  readonly sd: number;
}

/** Normal data times normal prior, the precisions add; without a prior the data alone. */
export function posteriorOf(effect: number, se: number, prior?: Prior): Posterior {
  if (!prior) return { mean: effect, sd: se };
  const data = 1 / (se * se);
  const before = 1 / (prior.sd * prior.sd);
  return { mean: (effect * data + prior.mean * before) / (data + before), sd: Math.sqrt(1 / (data + before)) };
}

/** The probability that the arm is better than the control: Phi(m/s), of a metric that should go down Phi(-m/s). */
export const chanceToWin = ({ mean, sd }: Posterior, direction: Direction): number => normalCdf((direction === 'up' ? mean : -mean) / sd);

/** E max(d, 0) of a normal d. */
const expectedAbove = (mean: number, sd: number): number => Math.max(0, mean * normalCdf(mean / sd) + sd * normalDensity(mean / sd));

/** The expected loss of choosing the control, and of choosing the arm, when it is wrong to do so. */
export function riskOf({ mean, sd }: Posterior, direction: Direction): readonly [control: number, arm: number] {
  const up = [expectedAbove(mean, sd), expectedAbove(-mean, sd)] as const;
  return direction === 'up' ? up : [up[1], up[0]];
}
