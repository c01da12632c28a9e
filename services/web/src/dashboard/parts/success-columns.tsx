import type { JSX } from 'react';
import { count, interval, percent, points, stars } from '../format/numbers';
import { boundedColumn, STUDENT, WILSON } from './bounded-column';
import type { Column } from './data-table';
import { IntervalBar } from './interval-bar';

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

/** Sorted by what success is at least; `mark` is where one would like to be. */
export function successBar(mark?: number): Column<Rated> {
  return {
    id: 'success_lower',
    label: 'At least, at most',
    value: (row) => row.success_lower,
    files: [],
    show: (row) => <SuccessBar row={row} {...(mark !== undefined && { mark })} />,
  };
}

/** The interval as a bar around the share. */
function SuccessBar({ row, mark }: { readonly row: Rated; readonly mark?: number }): JSX.Element {
  return (
    <IntervalBar
      value={row.success_rate}
      low={row.success_lower}
      high={row.success_upper}
      domain={[0, 1]}
      colour={0}
      {...(mark !== undefined && { mark })}
      label={`success ${percent(row.success_rate)} (${interval(row.success_lower, row.success_upper)})`}
    />
  );
}
