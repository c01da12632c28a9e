/** Two sides, or the only side on which an effect is looked for. */
export type Sided = 'two' | 'greater' | 'lesser';

/** An open side is null. */
export type OpenInterval = readonly [low: number | null, high: number | null];

/** The sample size (both arms together) at which the always-valid interval is about as narrow as it can be. */
export const DEFAULT_TUNING_N = 5_000;

/**
 * The mixing width of the confidence sequence, tuned to be narrow at N* units (Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas,
 * arXiv 2103.06476, "Time-uniform central limit theory and asymptotic confidence sequences"); one-sided with 2 alpha.
 */
export function mixingRho(alpha: number, tuningN: number, sided: Sided = 'two'): number {
  const a = sided === 'two' ? alpha : 2 * alpha;
  return Math.sqrt((-2 * Math.log(a) + Math.log(1 - 2 * Math.log(a))) / tuningN);
}

export interface SequenceOptions {
  readonly alpha: number;
  readonly tuningN: number;
  readonly sided: Sided;
}

/** Half the width of the interval in standard errors: how large |z| must be at N units, so that looking at any time is allowed. */
export function sequenceBoundary(n: number, { alpha, tuningN, sided }: SequenceOptions): number {
  const rho = mixingRho(alpha, tuningN, sided);
  const k = n * rho * rho;
  const root = Math.sqrt(k + 1);
  const log = sided === 'two' ? Math.log(root / alpha) : Math.log1p(root / (2 * alpha));
  return Math.sqrt(((2 * (k + 1)) / k) * log);
}

/** The p-value that stays below alpha, ever, with a probability of at most alpha when there is no effect. */
export function sequenceP(z: number, n: number, { alpha, tuningN, sided }: SequenceOptions): number {
  const k = n * mixingRho(alpha, tuningN, sided) ** 2;
  const exponent = (k * z * z) / (2 * (k + 1));
  if (sided === 'two') return Math.min(1, Math.sqrt(k + 1) * Math.exp(-exponent));
  const isWanted = sided === 'greater' ? z > 0 : z < 0;
  return isWanted ? Math.min(1, Math.sqrt(k + 1) / (2 * Math.expm1(exponent))) : 1;
}

/** [d - w, d + w], open on the side where nothing is looked for. */
export function intervalAround(effect: number, halfWidth: number, sided: Sided): OpenInterval {
  return [sided === 'lesser' ? null : effect - halfWidth, sided === 'greater' ? null : effect + halfWidth];
}
