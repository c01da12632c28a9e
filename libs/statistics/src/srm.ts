import { chiSquareSurvival } from './chi-square';
import { logGamma } from './gamma';

/** Below this p-value the split is not the planned one, and nothing else may be believed. */
export const SRM_ALARM = 0.001;

export interface ArmCount {
  readonly n: number;
  /** Planned share; only proportions count. */
  readonly weight: number;
}

export interface SampleRatio {
  readonly chiSquare: number;
  readonly df: number;
  readonly p: number;
}

interface Cell {
  readonly n: number;
  readonly share: number;
}

/** Arms that were to have users, with their share of them. Users of other arms are no evidence. */
function cellsOf(arms: readonly ArmCount[]): readonly Cell[] {
  const open = arms.filter(({ weight }) => weight > 0);
  const total = open.reduce((sum, { weight }) => sum + weight, 0);
  return open.map(({ n, weight }) => ({ n, share: weight / total })).filter(({ share }) => share > 0);
}

const usersOf = (cells: readonly Cell[]): number => cells.reduce((sum, { n }) => sum + n, 0);

/** Pearson's chi-square of the split over the arms with weight > 0. Fewer than two, or no users: p = 1. */
export function sampleRatio(arms: readonly ArmCount[]): SampleRatio {
  const cells = cellsOf(arms);
  const users = usersOf(cells);
  if (cells.length < 2 || !(users > 0)) return { chiSquare: 0, df: Math.max(cells.length - 1, 0), p: 1 };
  const chiSquare = cells.reduce((sum, { n, share }) => sum + (n - share * users) ** 2 / (share * users), 0);
  if (!Number.isFinite(chiSquare)) return { chiSquare: Number.MAX_VALUE, df: cells.length - 1, p: 0 };
  return { chiSquare, df: cells.length - 1, p: chiSquareSurvival(chiSquare, cells.length - 1) };
}

/** Concentrations of the Dirichlet priors around the planned shares: small ones see large deviations early, large ones small ones late. */
const CONCENTRATIONS = [10, 100, 1_000, 10_000] as const;

/** ln of the Bayes factor of Dirichlet(concentration * share) against the planned shares. */
function logBayesFactor(cells: readonly Cell[], users: number, concentration: number): number {
  const whole = logGamma(concentration) - logGamma(concentration + users);
  return cells.reduce(
    (sum, { n, share }) => sum + logGamma(concentration * share + n) - logGamma(concentration * share) - n * Math.log(share),
    whole,
  );
}

/**
 * The p-value of the split that may be read after every user: 1 / Bayes factor of a multinomial with Dirichlet prior against the
 * planned shares (M. Lindon, A. Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022), averaged over several
 * concentrations, which keeps it a martingale (Vovk & Wang, "E-values", Annals of Statistics 2021).
 */
export function sequentialSampleRatioP(arms: readonly ArmCount[]): number {
  const cells = cellsOf(arms);
  const users = usersOf(cells);
  if (cells.length < 2 || !(users > 0) || !Number.isFinite(users)) return 1;
  const logs = CONCENTRATIONS.map((concentration) => logBayesFactor(cells, users, concentration));
  const largest = Math.max(...logs);
  const logMean = largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0) / logs.length);
  return Math.min(1, Math.exp(-logMean));
}

export interface SampleRatioCheck extends SampleRatio {
  readonly sequentialP: number;
  readonly alarm: boolean;
}

/** Both forms of the check; the alarm stands when either is below the limit. */
export function checkSampleRatio(arms: readonly ArmCount[], alarmBelow = SRM_ALARM): SampleRatioCheck {
  const classic = sampleRatio(arms);
  const sequentialP = sequentialSampleRatioP(arms);
  return { ...classic, sequentialP, alarm: classic.p < alarmBelow || sequentialP < alarmBelow };
}
