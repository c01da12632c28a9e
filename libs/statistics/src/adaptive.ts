import { neutralEstimate, type EffectScale, type Estimate } from './estimate';

/** A stretch of time with fixed weights. */
export interface AllocationPeriod {
  /** Share with which each arm was assigned, control first; > 0 for arms that had units. */
  readonly weights: readonly number[];
  readonly arms: readonly { readonly n: number; readonly sum: number; readonly sumSquares: number }[];
}

export interface WeightedMean {
  readonly mean: number;
  readonly variance: number;
}

interface Running {
  readonly n: number;
  readonly sum: number;
}

/** The score of one period: how many units, the sum of their scores, the sum of squares, and the weight of each. */
interface PeriodScore {
  readonly units: number;
  readonly sum: number;
  readonly sumSquares: number;
  readonly weight: number;
}

/**
 * Sums over the units of a period of sum_i c_i Gamma_i, Gamma_i = m_i + 1{unit in i} (y - m_i)/e_i: the doubly robust score with the
 * mean m_i of earlier periods.
 */
function scoreOf(period: AllocationPeriod, coefficients: readonly number[], guesses: readonly number[]): PeriodScore {
  const constant = coefficients.reduce((sum, c, arm) => sum + c * (guesses[arm] ?? 0), 0);
  let [units, sum, sumSquares, spread] = [0, 0, 0, 0];
  period.arms.forEach(({ n, sum: total, sumSquares: squares }, arm) => {
    const share = period.weights[arm] ?? 0;
    const scale = share > 0 ? (coefficients[arm] ?? 0) / share : 0;
    const guess = guesses[arm] ?? 0;
    const residual = total - n * guess;
    const residualSquares = squares - 2 * guess * total + n * guess * guess;
    units += n;
    sum += n * constant + scale * residual;
    sumSquares += n * constant * constant + 2 * constant * scale * residual + scale * scale * residualSquares;
    spread += share > 0 ? (coefficients[arm] ?? 0) ** 2 / share : 0;
  });
  return { units, sum, sumSquares, weight: spread > 0 ? 1 / Math.sqrt(spread) : 0 };
}

const guessesOf = (seen: readonly Running[]): number[] => seen.map(({ n, sum }) => (n > 0 ? sum / n : 0));

function scoresOf(periods: readonly AllocationPeriod[], coefficients: readonly number[]): PeriodScore[] {
  let seen: Running[] = coefficients.map(() => ({ n: 0, sum: 0 }));
  return periods.map((period) => {
    const score = scoreOf(period, coefficients, guessesOf(seen));
    seen = seen.map(({ n, sum }, arm) => ({ n: n + (period.arms[arm]?.n ?? 0), sum: sum + (period.arms[arm]?.sum ?? 0) }));
    return score;
  });
}

/**
 * A combination of arm means that stays honest although the weights followed the results: inverse-propensity scores, weighted so
 * that every period adds the same variance (V. Hadad, D. Hirshberg, R. Zhan, S. Wager, S. Athey, "Confidence intervals for policy
 * evaluation in adaptive experiments", PNAS 118, 2021; variance-stabilising weights). Null without units.
 */
export function adaptiveMean(periods: readonly AllocationPeriod[], coefficients: readonly number[]): WeightedMean | null {
  const scores = scoresOf(periods, coefficients);
  const total = scores.reduce((sum, { weight, units }) => sum + weight * units, 0);
  if (!(total > 0)) return null;
  const mean = scores.reduce((sum, score) => sum + score.weight * score.sum, 0) / total;
  const squares = scores.reduce(
    (sum, { weight, units, sum: s, sumSquares }) => sum + weight * weight * (sumSquares - 2 * mean * s + units * mean * mean),
    0,
  );
  return { mean, variance: squares / (total * total) };
}

const unitsOf = (periods: readonly AllocationPeriod[], arm: number): number =>
  periods.reduce((sum, { arms }) => sum + (arms[arm]?.n ?? 0), 0);

const pick = (arms: number, entries: Readonly<Record<number, number>>): number[] =>
  Array.from({ length: arms }, (_, arm) => entries[arm] ?? 0);

interface Means {
  readonly control: number;
  readonly treated: number;
}

/** The arm's mean minus `ratio` times the control's: the combination whose variance is that of the effect. */
function contrastOf(periods: readonly AllocationPeriod[], arm: number, ratio: number): WeightedMean {
  const count = Math.max(0, ...periods.map(({ arms }) => arms.length));
  return adaptiveMean(periods, pick(count, { [arm]: 1, 0: -ratio })) ?? { mean: 0, variance: 0 };
}

function meansOf(periods: readonly AllocationPeriod[], arm: number): Means {
  const count = Math.max(0, ...periods.map(({ arms }) => arms.length));
  const meanOf = (index: number): number => adaptiveMean(periods, pick(count, { [index]: 1 }))?.mean ?? 0;
  return { control: meanOf(0), treated: meanOf(arm) };
}

function scaled(periods: readonly AllocationPeriod[], arm: number, scale: EffectScale): readonly [effect: number, se: number] {
  if (scale === 'absolute') {
    const { mean, variance } = contrastOf(periods, arm, 1);
    return [mean, Math.sqrt(variance)];
  }
  const { control, treated } = meansOf(periods, arm);
  const unit = Math.abs(control);
  return [(treated - control) / unit, Math.sqrt(contrastOf(periods, arm, treated / control).variance) / unit];
}

/** The effect of an arm against the control (the first) from a bandit's periods, for `testEffect`. */
export function adaptiveEffect(periods: readonly AllocationPeriod[], arm: number, scale: EffectScale): Estimate {
  const n = [unitsOf(periods, 0), unitsOf(periods, arm)] as const;
  if (Math.min(...n) < 2) return neutralEstimate('too_few_units', n, [0, 0]);
  const { control, treated } = meansOf(periods, arm);
  const means = [control, treated] as const;
  if (scale === 'relative' && control === 0) return neutralEstimate('control_mean_zero', n, means);
  const [effect, se] = scaled(periods, arm, scale);
  if (!Number.isFinite(effect) || !Number.isFinite(se)) return neutralEstimate('numbers_too_large', n, means);
  if (!(se > 0)) return neutralEstimate('no_variance', n, means);
  return { n, means, effect, se, df: n[0] + n[1] - 2, theta: 0, reason: null };
}
