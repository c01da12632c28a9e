import { changeIn, numberIn, type Row } from './figures';

/** Fewer ratings than this in either stretch say nothing about a change. */
const LEAST_RATINGS = 20;
const MOST_MOVERS = 5;

const ratingsOf = (row: Row | undefined): number => numberIn(row, 'rating_count') ?? 0;

/** The engines whose share of good ratings changed most between two stretches, the largest change first. */
export function moversOf(now: readonly Row[], before: readonly Row[]): readonly Row[] {
  const earlier = new Map(before.map((row) => [row['engine'], row]));
  return now
    .filter((row) => Math.min(ratingsOf(row), ratingsOf(earlier.get(row['engine']))) >= LEAST_RATINGS)
    .map((row) => ({
      engine: row['engine'],
      ...changeIn(row, earlier.get(row['engine']), 'rating_success_rate'),
      lower: numberIn(row, 'rating_success_lower'),
      upper: numberIn(row, 'rating_success_upper'),
      n: ratingsOf(row),
    }))
    .sort((a, b) => Math.abs(b.change ?? 0) - Math.abs(a.change ?? 0))
    .slice(0, MOST_MOVERS);
}
