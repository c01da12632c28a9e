import type { ModelRow } from '../../api/rows';

/** How an engine compares with the best, as the API's always-valid comparison says. */
export interface Comparison {
  readonly arm: string;
  readonly effect: number;
  /** An open side is null. */
  readonly interval: readonly [number | null, number | null];
  readonly p: number;
}

export interface Analysis {
  readonly comparisons: readonly Comparison[];
}

const rated = (rows: readonly ModelRow[]): ModelRow[] => rows.filter(({ rating_count: n }) => n > 0);

/** The engine that a figure is best for; undefined when nobody has it. */
export function bestBy(rows: readonly ModelRow[], of: (row: ModelRow) => number | null, direction: 'most' | 'least'): ModelRow | undefined {
  const sign = direction === 'most' ? 1 : -1;
  const known = rows.filter((row) => of(row) !== null);
  return known.sort((a, b) => sign * ((of(b) ?? 0) - (of(a) ?? 0)) || (a.engine < b.engine ? -1 : 1))[0];
}

/** The best by the lower bound of success: few ratings cannot win. */
export const bestByQuality = (rows: readonly ModelRow[]): ModelRow | undefined =>
  bestBy(rated(rows), (row) => row.rating_success_lower, 'most');

const goodRatings = ({ rating_success_rate: rate, rating_count: n }: ModelRow): number => Math.round((rate ?? 0) * n);

/** The question to the API whether the others are told apart from the best; undefined with fewer than two rated engines. */
export function analysisBody(rows: readonly ModelRow[]): object | undefined {
  const best = bestByQuality(rows);
  const others = rated(rows).filter(({ engine }) => engine !== best?.engine);
  if (best === undefined || others.length === 0) return undefined;
  const arms = [best, ...others].map((row) => ({
    key: row.engine,
    weight: 1 / (others.length + 1),
    n: row.rating_count,
    sum: goodRatings(row),
  }));
  return {
    metric: { type: 'proportion', direction: 'up' },
    arms,
    options: { method: 'always_valid', effect: 'absolute', correction: 'holm' },
  };
}

/** Engines whose interval of the difference to the best includes zero. */
export const notToldApart = ({ comparisons }: Analysis): readonly string[] =>
  comparisons.filter(({ interval: [low, high] }) => (low === null || low <= 0) && (high === null || high >= 0)).map(({ arm }) => arm);
