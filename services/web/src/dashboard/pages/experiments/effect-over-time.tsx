import { useMemo, type JSX } from 'react';
import type { AsOf } from '../../api/client';
import { coloursOf } from '../../chart/palette';
import type { OnDrawn } from '../../chart/picture';
import { count, percent } from '../../format/numbers';
import { instant } from '../../format/time';
import type { Column } from '../../parts/data-table';
import { Panel } from '../../parts/panel';
import { TimeChart } from '../../parts/time-chart';
import { drawable, pointsOf, type PointRow } from './effect-points';
import type { Results } from './rows';
import { lift } from './words';

export interface ExperimentProps {
  readonly results: Results;
  readonly asOf: AsOf | undefined;
}

const COLUMNS: readonly Column<PointRow>[] = [
  { id: 'at', label: 'Until', value: (row) => row.at, show: (row) => instant(row.at, 'UTC') },
  { id: 'arm', label: 'Arm', value: (row) => row.arm },
  { id: 'effect', label: 'Change', value: (row) => row.effect, show: (row) => lift(row.effect), numeric: true },
  { id: 'low', label: 'From', value: (row) => row.low, show: (row) => lift(row.low), numeric: true },
  { id: 'high', label: 'To', value: (row) => row.high, show: (row) => lift(row.high), numeric: true },
  { id: 'n', label: 'People', value: (row) => row.n, show: (row) => count(row.n), numeric: true },
];

/** The day a point is about: it is told at its end. */
const dayOf = ({ at }: PointRow): string => new Date(Date.parse(at) - 1).toISOString().slice(0, 10);

/** How the interval narrowed. */
export function EffectOverTime({ results, asOf }: ExperimentProps): JSX.Element | null {
  const rows = useMemo(() => pointsOf(results), [results]);
  const isDaily = results.series.grain === 'day';
  const { days, series } = useMemo(() => {
    const drawn = drawable(rows);
    const dates = [...new Set(drawn.map(dayOf))];
    const names = [...new Set(drawn.map(({ arm }) => arm))];
    const colours = coloursOf(names);
    return {
      days: dates,
      series: names.map((name) => {
        const byDay = new Map(drawn.filter(({ arm }) => arm === name).map((row) => [dayOf(row), row]));
        const of = (pick: (row: PointRow) => number | null): (number | null)[] =>
          dates.map((date) => {
            const row = byDay.get(date);
            return row ? pick(row) : null;
          });
        return {
          name,
          colour: colours.get(name) ?? 0,
          values: of((row) => row.effect),
          lower: of((row) => row.low),
          upper: of((row) => row.high),
        };
      }),
    };
  }, [rows]);
  const latestFirst = useMemo(() => [...rows].reverse(), [rows]);
  if (rows.length === 0) return null;
  return (
    <Panel
      id="effect"
      title={`How the change of ${results.series.metric} against the control became known`}
      unit="percent of the control's value"
      n="always-valid intervals, 95 %; those too wide to be drawn beside the others are in the table"
      asOf={asOf}
      columns={COLUMNS}
      rows={latestFirst}
      rowKey={(row) => `${row.at} ${row.arm}`}
      className="two-thirds"
      {...(isDaily &&
        days.length > 1 && {
          draw: (onDrawn: OnDrawn) => (
            <TimeChart
              days={days}
              series={series}
              format={percent}
              unfinished={results.state === 'running'}
              fromZero
              target={{ value: 0, label: 'no change' }}
              label="Change against the control, day by day"
              onDrawn={onDrawn}
            />
          ),
        })}
    />
  );
}
