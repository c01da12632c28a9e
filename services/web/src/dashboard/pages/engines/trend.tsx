import { useMemo, type JSX } from 'react';
import type { List, ModelRow } from '../../api/rows';
import { useRead } from '../../api/use-read';
import { daysOf, filterQuery, isRunning } from '../../app/filters';
import { useMinute } from '../../app/now';
import { useEngines } from '../../app/use-engines';
import { useFilters } from '../../app/use-filters';
import type { OnDrawn } from '../../chart/picture';
import { daysFrom, endOf, valuesByDay } from '../../chart/series';
import { count, percent } from '../../format/numbers';
import { fullDay } from '../../format/time';
import type { Column } from '../../parts/data-table';
import { Panel } from '../../parts/panel';
import { Shown } from '../../parts/states';
import { SmallMultiples } from '../../parts/small-multiples';
import { ENGINE, MONEY, QUALITY, SPEED } from './columns';

const VIEWS = ['model-performance'] as const;
const MOST_ENGINES = 8;

const COLUMNS: readonly Column<ModelRow>[] = [
  { id: 'day', label: 'Day', value: (row) => row.day ?? '', show: (row) => fullDay(row.day ?? '') },
  ENGINE,
  ...QUALITY,
  ...SPEED,
  ...MONEY,
];

/** Success of every engine, day by day. */
export function Trend(): JSX.Element {
  const { filters } = useFilters();
  const now = useMinute();
  const { colourOf } = useEngines();
  const query = useMemo(() => ({ ...filterQuery(filters, now), group_by: 'engine' }), [filters, now]);
  const { result, address } = useRead<List<ModelRow>>('models/daily', query, { views: VIEWS });
  const rows = result.data?.data;
  const { first, last } = daysOf(filters, now);
  const days = useMemo(() => daysFrom(first, last), [first, last]);
  const names = useMemo(() => enginesOf(rows ?? []), [rows]);
  const series = useMemo(
    () =>
      names.slice(0, MOST_ENGINES).map((name) => {
        const own = (rows ?? []).filter((row) => row.engine === name);
        const values = (of: (row: ModelRow) => number | null) => valuesByDay(days, own, of);
        return {
          name,
          colour: colourOf(name),
          values: values((row) => row.rating_success_rate),
          lower: values((row) => endOf(row, 'rating_success_rate', 'rating_success_lower')),
          upper: values((row) => endOf(row, 'rating_success_rate', 'rating_success_upper')),
        };
      }),
    [names, rows, days, colourOf(names[0])],
  );
  return (
    <div>
      <Shown of={result} what="the trend">
        {({ data, as_of: asOf }) => (
          <Panel
            id="engine-trend"
            title="Success of each engine, day by day"
            unit="percent of the ratings of that day's pictures"
            n={`${count(Math.min(MOST_ENGINES, names.length))} of ${count(names.length)} engines, n = ${count(data.reduce((sum, row) => sum + row.rating_count, 0))} ratings, 95 % Wilson intervals`}
            asOf={asOf}
            columns={COLUMNS}
            rows={data}
            rowKey={(row) => `${row.day ?? ''} ${row.engine}`}
            apiAddress={address}
            {...(names.length > 0 && {
              draw: (onDrawn: OnDrawn) => (
                <SmallMultiples
                  days={days}
                  series={series}
                  format={percent}
                  unfinished={isRunning(filters, now)}
                  fromZero={false}
                  label="Success by day and engine"
                  onDrawn={onDrawn}
                />
              ),
            })}
          />
        )}
      </Shown>
    </div>
  );
}

/** The engines that were rated, those with most ratings first. */
function enginesOf(rows: readonly ModelRow[]): readonly string[] {
  const ratings = new Map<string, number>();
  for (const row of rows) ratings.set(row.engine, (ratings.get(row.engine) ?? 0) + row.rating_count);
  const rated = [...ratings].filter(([, n]) => n > 0);
  return rated.sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([name]) => name);
}
