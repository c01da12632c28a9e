import type { Interval, Results } from './rows';

/** What was known of the change of an arm by then. */
export interface PointRow {
  readonly at: string;
  readonly arm: string;
  readonly n: number;
  readonly effect: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** Wider intervals than this say nothing, and would press all others flat: they are left out of the drawing, not of the table. */
const WIDEST = 3;

/** A comparison that could not be made has an interval without width: a gap, and not the certainty of no change. */
const saysNothing = (interval: Interval | null): boolean => interval !== null && interval[0] === interval[1];

/** The series as rows, the earliest first. */
export function pointsOf({ series }: Pick<Results, 'series'>): readonly PointRow[] {
  return series.points.flatMap(({ at, arms }) =>
    arms.map(({ arm, n, effect, interval }) =>
      saysNothing(interval)
        ? { at, arm, n, effect: null, low: null, high: null }
        : { at, arm, n, effect, low: interval?.[0] ?? null, high: interval?.[1] ?? null },
    ),
  );
}

const widthOf = ({ low, high }: PointRow): number => (low === null || high === null ? Infinity : high - low);

/** The intervals that are drawn: where all of them are wide, the narrowest ones. */
export function drawable(rows: readonly PointRow[]): readonly PointRow[] {
  const widest = Math.max(WIDEST, 2 * Math.min(...rows.map(widthOf)));
  return rows.filter((row) => widthOf(row) < Infinity && widthOf(row) <= widest);
}
