import { upperGamma } from './gamma';
import { normalSurvival } from './normal';

/** From so many degrees of freedom on the distribution is normal to the last digit, and the series run out of numbers. */
const NORMAL_FROM = 1e100;

/** P(X > x) with df degrees of freedom: Q(df/2, x/2). Without degrees of freedom nothing can deviate: 1; with endless ones any x is small. */
export function chiSquareSurvival(x: number, df: number): number {
  if (df === Number.POSITIVE_INFINITY) return 1;
  if (df >= NORMAL_FROM) return normalSurvival((x - df) / Math.sqrt(2 * df));
  return df > 0 && x > 0 ? upperGamma(df / 2, x / 2) : 1;
}
