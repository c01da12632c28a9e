import { fullSums, type ArmSums, type Direction, type MetricType } from './arm-sums';
import { momentsOf } from './moments';
import { normalCdf, normalDensity } from './normal';

/** What is believed of an arm's mean: normal. */
export interface ArmBelief {
  readonly mean: number;
  readonly sd: number;
}

/**
 * Belief in an arm's mean from its sums. Shares start from a uniform prior (one success and one failure), so that an arm without a
 * success yet is not given up; undefined for other metrics with fewer than two units.
 */
export function beliefOf(type: MetricType, sums: ArmSums): ArmBelief | undefined {
  if (type === 'proportion') {
    const share = (Math.min(Math.max(sums.sum, 0), sums.n) + 1) / (sums.n + 2);
    return { mean: share, sd: Math.sqrt((share * (1 - share)) / (sums.n + 3)) };
  }
  const { n, mean, variance } = momentsOf(type, fullSums(sums));
  return n >= 2 && Number.isFinite(mean) && variance >= 0 ? { mean, sd: Math.sqrt(variance / n) } : undefined;
}

const POINTS = 160;
const REACH = 8;

function below({ mean, sd }: ArmBelief, x: number): number {
  if (sd > 0) return normalCdf((x - mean) / sd);
  return x > mean ? 1 : x < mean ? 0 : 0.5;
}

function chanceOfBest(beliefs: readonly ArmBelief[], arm: number): number {
  const own = beliefs[arm];
  if (!own) return 0;
  const others = beliefs.filter((_, at) => at !== arm);
  const allBelow = (x: number): number => others.reduce((product, other) => product * below(other, x), 1);
  if (!(own.sd > 0)) return allBelow(own.mean);
  const step = (2 * REACH) / POINTS;
  let sum = 0;
  for (let at = 0; at <= POINTS; at++) {
    const z = -REACH + at * step;
    sum += normalDensity(z) * allBelow(own.mean + own.sd * z) * step;
  }
  return sum;
}

/** For each arm the probability that its mean is the largest, by quadrature: no draws, the same every time. */
export function chancesOfBest(beliefs: readonly ArmBelief[]): number[] {
  const chances = beliefs.map((_, arm) => chanceOfBest(beliefs, arm));
  const total = chances.reduce((sum, chance) => sum + chance, 0);
  return chances.map((chance) => (total > 0 ? chance / total : 1 / beliefs.length));
}

/** How often arm i is played second when j is best: its chance among the others. */
function secondTo(chances: readonly number[], best: number, arm: number): number {
  if (best === arm) return 0;
  const others = chances.reduce((sum, chance, at) => (at === best ? sum : sum + chance), 0);
  return others > 0 ? (chances[arm] ?? 0) / others : 1 / (chances.length - 1);
}

/**
 * The shares of top-two Thompson sampling with beta = 1/2 (D. Russo, "Simple Bayesian algorithms for best-arm identification",
 * Operations Research 68, 2020): half of the time the best of a draw, half of the time the best of a draw in which another is best.
 */
export function topTwoShares(chances: readonly number[]): number[] {
  if (chances.length < 2) return chances.map(() => 1);
  return chances.map((chance, arm) => chance / 2 + chances.reduce((sum, best, at) => sum + best * secondTo(chances, at, arm), 0) / 2);
}

/** p_i = f + (1 - n f) w_i; equal shares when the floors fill everything. */
export function withFloor(shares: readonly number[], floor: number): number[] {
  const n = shares.length;
  if (!(floor * n < 1)) return shares.map(() => 1 / n);
  const least = Math.max(0, floor);
  return shares.map((share) => least + (1 - n * least) * share);
}

export interface BanditWeights {
  readonly weights: readonly number[];
  /** For each arm the probability that it is the best. */
  readonly chances: readonly number[];
  /** Why the weights are equal: an arm has too few units to say anything. */
  readonly reason: 'too_few_units' | null;
}

/** The next weights of all arms, control included. */
export function banditWeights(
  type: MetricType,
  arms: readonly ArmSums[],
  options: { readonly direction: Direction; readonly floor: number },
): BanditWeights {
  const beliefs = arms.map((sums) => beliefOf(type, sums)).filter((belief) => belief !== undefined);
  if (beliefs.length < arms.length) {
    const equal = arms.map(() => 1 / arms.length);
    return { weights: equal, chances: equal, reason: 'too_few_units' };
  }
  const turned = options.direction === 'up' ? beliefs : beliefs.map(({ mean, sd }) => ({ mean: -mean, sd }));
  const chances = chancesOfBest(turned);
  // Of two arms the second best is always the other: top-two would play both alike for ever.
  const shares = chances.length === 2 ? chances : topTwoShares(chances);
  return { weights: withFloor(shares, options.floor), chances, reason: null };
}
