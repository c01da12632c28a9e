import { count, percent, points, stars } from '../format/numbers';
import { boundedBar } from './bounded-bar';
import { boundedColumn, STUDENT, WILSON } from './bounded-column';
import type { Column } from './data-table';

/** A share of ratings with 4 or 5 stars, with the ends of its interval and what it rests on. */
interface Rated {
  readonly success_rate: number | null;
  readonly success_lower: number;
  readonly success_upper: number;
  readonly rating_count: number;
}

export const SUCCESS = boundedColumn(['success_rate', 'success_lower', 'success_upper', 'rating_count'], {
  label: 'Success',
  format: percent,
  method: WILSON,
});

export const RATINGS: Column<Rated> = {
  id: 'rating_count',
  label: 'Ratings',
  value: (row) => row.rating_count,
  show: (row) => count(row.rating_count),
  numeric: true,
};

/** Means beside the share: of the stars, and of the scores from 0 to 100. */
export const AVERAGE = boundedColumn(['avg_rating', 'avg_rating_lower', 'avg_rating_upper', 'rating_count'], {
  label: 'Average',
  format: stars,
  method: STUDENT,
});
export const QUALITY_SCORE = boundedColumn(['quality_avg', 'quality_lower', 'quality_upper', 'quality_count'], {
  label: 'Quality',
  format: points,
  method: STUDENT,
});

/** The interval as a bar, sorted by what success is at least; `mark` is where one would like to be. */
export function successBar(mark?: number): Column<Rated> {
  return {
    id: 'success_lower',
    label: 'At least, at most',
    value: (row) => row.success_lower,
    files: [],
    show: boundedBar(['success_rate', 'success_lower', 'success_upper'], {
      domain: [0, 1],
      colour: 0,
      words: (share) => `success ${share}`,
      ...(mark !== undefined && { mark }),
    }),
  };
}
