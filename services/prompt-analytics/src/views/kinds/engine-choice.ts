import { compare, wilson } from '@picly/statistics';
import { starsInterval } from '../../figures/rating-figures';
import type { KindSums } from './kinds.queries';

/** An engine for a kind of prompt. Rates are 0..1, amounts decimal units of `currency`; null where there is nothing to divide by. */
export interface KindRow {
  /** Empty = the prompts name no listed style. */
  readonly kind: string;
  readonly engine: string;
  readonly calls: number;
  readonly pictures: number;
  readonly rating_count: number;
  readonly avg_rating: number | null;
  readonly avg_rating_lower: number;
  readonly avg_rating_upper: number;
  readonly success_rate: number | null;
  readonly success_lower: number;
  readonly success_upper: number;
  /** Null when its calls were paid in several currencies, which are never added. */
  readonly currency: string | null;
  /** Cost of all calls by the pictures that came out. */
  readonly cost_per_picture: number | null;
  /** What a well-rated picture has to be worth for this engine to be the one to choose; null = it never is. */
  readonly chosen_from: number | null;
  /** Always-valid interval of that switch point; an upper end of null = the two cannot be told apart. */
  readonly chosen_from_lower: number | null;
  readonly chosen_from_upper: number | null;
  /** The cheaper engine that it takes over from. */
  readonly instead_of: string | null;
}

interface Candidate {
  readonly engine: string;
  readonly cost: number;
  readonly ratings: number;
  readonly good: number;
}

interface Choice {
  readonly from: number;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly insteadOf: string | null;
}

export interface ChoiceOptions {
  /** Engines with fewer ratings of a kind are no candidates for it. */
  readonly minRatings: number;
}

const MICROS = 1_000_000;
const ALPHA = 0.05;

const shareOf = ({ good, ratings }: Candidate): number => good / ratings;

type Figures = Omit<KindRow, 'chosen_from' | 'chosen_from_lower' | 'chosen_from_upper' | 'instead_of'>;

function figuresOf(rows: readonly [KindSums, ...KindSums[]]): Figures {
  const [{ kind, engine, currency }] = rows;
  const total = (of: (row: KindSums) => number | string): number => rows.reduce((sum, row) => sum + Number(of(row)), 0);
  const [pictures, ratings, good] = [total((row) => row.pictures), total((row) => row.rating_count), total((row) => row.success_count)];
  const [lower, upper] = wilson(good, ratings);
  const stars = total((row) => row.rating_sum);
  const [starsLower, starsUpper] = starsInterval(
    ratings,
    stars,
    total((row) => row.rating_squares),
  );
  const isOneCurrency = rows.length === 1;
  return {
    kind,
    engine,
    calls: total((row) => row.calls),
    pictures,
    rating_count: ratings,
    avg_rating: ratings === 0 ? null : stars / ratings,
    avg_rating_lower: starsLower,
    avg_rating_upper: starsUpper,
    success_rate: ratings === 0 ? null : good / ratings,
    success_lower: lower,
    success_upper: upper,
    currency: isOneCurrency ? currency : null,
    cost_per_picture: isOneCurrency && pictures > 0 ? total((row) => row.cost_micros) / MICROS / pictures : null,
  };
}

function candidatesOf(rows: readonly Figures[], minRatings: number): readonly Candidate[] {
  const known = rows.filter((row) => row.cost_per_picture !== null && row.rating_count >= Math.max(1, minRatings));
  if (new Set(known.map(({ currency }) => currency)).size > 1) return [];
  return known.map(({ engine, cost_per_picture: cost, rating_count: ratings, success_rate: rate }) => ({
    engine,
    cost: cost ?? 0,
    ratings,
    good: Math.round((rate ?? 0) * ratings),
  }));
}

/** Where the dearer engine takes over: the difference of cost by the difference of success, and both ends of that. */
function switchPoint(cheaper: Candidate, dearer: Candidate, alpha: number): Choice {
  const cost = dearer.cost - cheaper.cost;
  const arm = ({ ratings: n, good: sum }: Candidate) => ({ n, sum });
  const { interval, reason } = compare('proportion', arm(cheaper), arm(dearer), { effect: 'absolute', alpha });
  const [low, high] = reason === null ? interval : [null, null];
  return {
    from: cost / (shareOf(dearer) - shareOf(cheaper)),
    lower: high === null ? null : cost / Math.min(1, high),
    upper: low === null || low <= 0 ? null : cost / low,
    insteadOf: cheaper.engine,
  };
}

/**
 * Which candidate is best for what a well-rated picture is worth: a picture brings worth times success, less its cost. From a
 * worth of nothing upwards, the upper envelope of these lines.
 */
function choicesOf(candidates: readonly Candidate[], alpha: number): ReadonlyMap<string, Choice> {
  const rest = [...candidates].sort((a, b) => a.cost - b.cost || shareOf(b) - shareOf(a) || (a.engine < b.engine ? -1 : 1));
  const [first] = rest;
  const chosen = new Map<string, Choice>();
  let current = first;
  if (first) chosen.set(first.engine, { from: 0, lower: 0, upper: 0, insteadOf: null });
  while (current) {
    const from: Candidate = current;
    const better = rest.filter((other) => shareOf(other) > shareOf(from));
    const worth = (other: Candidate): number => (other.cost - from.cost) / (shareOf(other) - shareOf(from));
    const next: Candidate | undefined = better.sort((a, b) => worth(a) - worth(b) || shareOf(b) - shareOf(a))[0];
    if (next) chosen.set(next.engine, switchPoint(from, next, alpha));
    current = next;
  }
  return chosen;
}

const pairsOf = (n: number): number => (n * (n - 1)) / 2;

function groupBy<T>(rows: readonly T[], keyOf: (row: T) => string): readonly [T, ...T[]][] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return [...groups.values()];
}

/**
 * Engines by kind of prompt, and where the choice between them changes. The intervals of all switch points hold together: alpha is
 * divided by every pair of candidates that could have become one (Bonferroni), as the data choose which do.
 */
export function engineChoices(sums: readonly KindSums[], { minRatings }: ChoiceOptions): readonly KindRow[] {
  const kinds = groupBy(sums, ({ kind }) => kind).map((rows) => groupBy(rows, ({ engine }) => engine).map(figuresOf));
  const candidates = kinds.map((rows) => candidatesOf(rows, minRatings));
  const pairs = candidates.reduce((sum, { length }) => sum + pairsOf(length), 0);
  return kinds.flatMap((rows, i) => {
    const chosen = choicesOf(candidates[i] ?? [], ALPHA / Math.max(1, pairs));
    return rows.map((row): KindRow => {
      const choice = chosen.get(row.engine);
      return {
        ...row,
        chosen_from: choice?.from ?? null,
        chosen_from_lower: choice?.lower ?? null,
        chosen_from_upper: choice?.upper ?? null,
        instead_of: choice?.insteadOf ?? null,
      };
    });
  });
}
