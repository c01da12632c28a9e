import { upperGamma } from './gamma';

/** P(X > x) with df degrees of freedom: Q(df/2, x/2). Without degrees of freedom nothing can deviate: 1; with endless ones any x is small. */
export function chiSquareSurvival(x: number, df: number): number {
  if (df === Number.POSITIVE_INFINITY) return 1;
  return df > 0 && x > 0 ? upperGamma(df / 2, x / 2) : 1;
}
