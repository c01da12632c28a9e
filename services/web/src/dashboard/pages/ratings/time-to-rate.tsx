import { useMemo, type JSX } from 'react';
import type { List, RatingSummaryRow } from '../../api/rows';
import { useRead } from '../../api/use-read';
import { daysOf, isRunning, type Query } from '../../app/filters';
import { useMinute } from '../../app/now';
import { useFilters, useRowsOf } from '../../app/use-filters';
import { daysFrom, endOf, valuesByDay } from '../../chart/series';
import { count, percent, seconds } from '../../format/numbers';
import { fullDay } from '../../format/time';
import { boundedColumn, RANKS } from '../../parts/bounded-column';
import type { Column } from '../../parts/data-table';
import { Panel } from '../../parts/panel';
import { Shown } from '../../parts/states';
import { TimeChart } from '../../parts/time-chart';

const VIEWS = ['prompt-analytics'] as const;
const COLUMNS: readonly Column<RatingSummaryRow>[] = [
  { id: 'day', label: 'Day', value: (row) => row.day ?? '', show: (row) => fullDay(row.day ?? '') },
  boundedColumn(['median_time_to_rate', 'median_time_to_rate_lower', 'median_time_to_rate_upper', 'timed_count'], {
    label: 'Median',
    format: seconds,
    method: RANKS,
  }),
  { id: 'count', label: 'Ratings', value: (row) => row.count, show: (row) => count(row.count), numeric: true },
  {
    id: 'feedback_count',
    label: 'With words',
    value: (row) => row.feedback_count,
    show: (row) => count(row.feedback_count),
    numeric: true,
  },
  { id: 'low_rate', label: 'Low', value: (row) => row.low_rate, show: (row) => percent(row.low_rate), numeric: true },
];

/** How long people look before they rate. */
export function TimeToRate({ query }: { readonly query: Query }): JSX.Element {
  const { filters } = useFilters();
  const now = useMinute();
  const rowsOf = useRowsOf('ratings');
  const { result, address } = useRead<List<RatingSummaryRow>>('ratings/summary', { ...query, group_by: 'day' }, { views: VIEWS });
  const { first, last } = daysOf(filters, now);
  const days = useMemo(() => daysFrom(first, last), [first, last]);
  const rows = result.data?.data;
  const series = useMemo(
    () => [
      {
        name: 'Median time to rate',
        colour: 3,
        values: valuesByDay(days, rows ?? [], (row) => row.median_time_to_rate),
        lower: valuesByDay(days, rows ?? [], (row) => endOf(row, 'median_time_to_rate', 'median_time_to_rate_lower')),
        upper: valuesByDay(days, rows ?? [], (row) => endOf(row, 'median_time_to_rate', 'median_time_to_rate_upper')),
      },
    ],
    [days, rows],
  );
  return (
    <div>
      <Shown of={result} what="time to rate">
        {({ data, as_of: asOf }) => (
          <Panel
            id="time-to-rate"
            title="How long people look at a picture before they rate it, day by day"
            unit="seconds, median"
            n={`n = ${count(data.reduce((sum, row) => sum + row.timed_count, 0))} ratings with a time, 95 % interval of order statistics`}
            asOf={asOf}
            columns={COLUMNS}
            rows={data}
            rowKey={(row) => row.day ?? ''}
            apiAddress={address}
            draw={(onDrawn) => (
              <TimeChart
                days={days}
                series={series}
                format={seconds}
                unfinished={isRunning(filters, now)}
                fromZero
                label="Median time to rate by day"
                rowsOf={rowsOf}
                onDrawn={onDrawn}
              />
            )}
          />
        )}
      </Shown>
    </div>
  );
}
