import { useMemo, type JSX } from 'react';
import { count, money, percent, points } from '../../format/numbers';
import { fullDay } from '../../format/time';
import type { Column } from '../../parts/data-table';
import { Link } from '../../parts/link';
import { Panel } from '../../parts/panel';
import { TimeChart } from '../../parts/time-chart';
import type { Dashboard, TrendDay } from './dashboard';

interface TrendsProps {
  readonly dashboard: Dashboard;
  /** Today is among the days. */
  readonly unfinished: boolean;
  readonly address: string;
}

const DAY: Column<TrendDay> = { id: 'day', label: 'Day', value: (row) => row.day, show: (row) => fullDay(row.day) };
const number = (id: keyof TrendDay, label: string, format: (value: number | null) => string): Column<TrendDay> => ({
  id,
  label,
  value: (row) => row[id],
  show: (row) => format(row[id] as number | null),
  numeric: true,
});

const SUCCESS_COLUMNS = [
  DAY,
  number('success_rate', 'Success', percent),
  number('success_lower', 'From', percent),
  number('success_upper', 'To', percent),
  number('ratings', 'Ratings', count),
];
const QUALITY_COLUMNS = [DAY, number('quality_avg', 'Quality score', points), number('ratings', 'Ratings', count)];
const VOLUME_COLUMNS = [
  DAY,
  number('generations', 'Generations', count),
  number('ratings', 'Ratings', count),
  number('active_users', 'Active people', count),
];

const sumOf = (rows: readonly TrendDay[], of: (row: TrendDay) => number | null): number =>
  rows.reduce((sum, row) => sum + (of(row) ?? 0), 0);

/** Quality and margin over time. */
export function Trends({ dashboard, unfinished, address }: TrendsProps): JSX.Element {
  const { daily_trend: rows, totals, as_of: asOf } = dashboard;
  const days = useMemo(() => rows.map(({ day }) => day), [rows]);
  const asMoney = useMemo(() => money(totals.currency), [totals.currency]);
  const of = (name: keyof TrendDay): readonly (number | null)[] => rows.map((row) => row[name] as number | null);
  const success = useMemo(
    () => [{ name: 'Success', colour: 0, values: of('success_rate'), lower: of('success_lower'), upper: of('success_upper') }],
    [rows],
  );
  const margin = useMemo(() => [{ name: 'Margin per image', colour: 2, values: of('margin_per_picture') }], [rows]);
  const quality = useMemo(() => [{ name: 'Quality score', colour: 6, values: of('quality_avg') }], [rows]);
  const volume = useMemo(
    () => [
      { name: 'Generations', colour: 0, values: of('generations') },
      { name: 'Ratings', colour: 1, values: of('ratings') },
      { name: 'Active people', colour: 2, values: of('active_users') },
    ],
    [rows],
  );
  const marginColumns = useMemo(
    () => [DAY, number('margin_per_picture', 'Margin per image', asMoney), number('margin', 'Margin', asMoney)],
    [asMoney],
  );
  const shared = { asOf, rows, rowKey: (row: TrendDay) => row.day, apiAddress: address, className: 'half' };
  const ratings = sumOf(rows, (row) => row.ratings);
  const target = {
    value: dashboard.success_metrics.success_rate.target,
    label: `target ${percent(dashboard.success_metrics.success_rate.target)}`,
  };
  return (
    <>
      <Panel
        {...shared}
        id="success"
        title="Share of ratings with 4 or 5 stars, day by day"
        unit="percent of ratings"
        n={`n = ${count(ratings)} ratings, 95 % Wilson interval`}
        columns={SUCCESS_COLUMNS}
        rowsLink={
          <Link to={['ratings']} className="tool">
            Ratings
          </Link>
        }
        draw={(onCanvas) => (
          <TimeChart
            days={days}
            series={success}
            format={percent}
            unfinished={unfinished}
            fromZero={false}
            target={target}
            label="Success by day"
            onCanvas={onCanvas}
          />
        )}
      />
      <Panel
        {...shared}
        id="margin"
        title="What one image leaves after its cost, day by day"
        unit={totals.currency ?? 'several currencies'}
        n={`n = ${count(totals.margin_per_picture.n)} images, exact sums`}
        columns={marginColumns}
        rowsLink={
          <Link to={['engines']} className="tool">
            Engines
          </Link>
        }
        draw={(onCanvas) => (
          <TimeChart
            days={days}
            series={margin}
            format={asMoney}
            unfinished={unfinished}
            fromZero
            label="Margin per image by day"
            onCanvas={onCanvas}
          />
        )}
      />
      <Panel
        {...shared}
        id="quality"
        title="Mean quality score, day by day"
        unit="points of 100"
        n={`n = ${count(dashboard.success_metrics.quality.n)} scores`}
        columns={QUALITY_COLUMNS}
        rowsLink={
          <Link to={['ratings']} className="tool">
            Ratings
          </Link>
        }
        draw={(onCanvas) => (
          <TimeChart
            days={days}
            series={quality}
            format={points}
            unfinished={unfinished}
            fromZero={false}
            label="Quality score by day"
            onCanvas={onCanvas}
          />
        )}
      />
      <Panel
        {...shared}
        id="volume"
        title="How much was made, rated and who was there, day by day"
        unit="counts"
        n={`${count(totals.generations.value)} generations, ${count(ratings)} ratings`}
        columns={VOLUME_COLUMNS}
        draw={(onCanvas) => (
          <TimeChart
            days={days}
            series={volume}
            format={count}
            unfinished={unfinished}
            fromZero
            label="Volume by day"
            onCanvas={onCanvas}
          />
        )}
      />
    </>
  );
}
