import { useMemo, type JSX } from 'react';
import { useRowsOf } from '../../app/use-filters';
import { endOf, type Series } from '../../chart/series';
import { count, money, percent, points, type Format } from '../../format/numbers';
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

/** The figures of a day that can be drawn. */
type Figure = Exclude<keyof TrendDay, 'day'>;

interface Line {
  readonly name: string;
  readonly colour: number;
  readonly of: Figure;
  readonly lower?: Figure;
  readonly upper?: Figure;
}

/** One chart of the trend. */
interface Trend {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly n: string;
  readonly lines: readonly Line[];
  readonly format: Format;
  readonly fromZero: boolean;
  /** Further figures of the table. */
  readonly beside: readonly (readonly [of: Figure, label: string, format: Format])[];
  /** Where the rows are. */
  readonly rows?: readonly [path: string, label: string];
  readonly target?: { readonly value: number; readonly label: string };
}

const DAY: Column<TrendDay> = { id: 'day', label: 'Day', value: (row) => row.day, show: (row) => fullDay(row.day) };
const column = (id: Figure, label: string, format: Format): Column<TrendDay> => ({
  id,
  label,
  value: (row) => row[id],
  show: (row) => format(row[id]),
  numeric: true,
});
/** An end of the interval of a figure; files hold what the answer says. */
const bound = (id: Figure, of: Figure, label: string, format: Format): Column<TrendDay> => ({
  ...column(id, label, format),
  value: (row) => endOf(row, of, id),
  files: [{ id, value: (row) => row[id] }],
  show: (row) => format(endOf(row, of, id)),
});

function trendsOf({ totals, success_metrics: metrics }: Dashboard): readonly Trend[] {
  const { success_rate: success, quality } = metrics;
  const asMoney = money(totals.currency);
  const ratings = ['ratings', 'Ratings', count] as const;
  return [
    {
      id: 'success',
      title: 'Share of ratings with 4 or 5 stars, day by day',
      unit: 'percent of ratings',
      n: `n = ${count(success.n)} ratings, 95 % Wilson interval`,
      lines: [{ name: 'Success', colour: 0, of: 'success_rate', lower: 'success_lower', upper: 'success_upper' }],
      format: percent,
      fromZero: false,
      beside: [ratings],
      rows: ['ratings', 'Ratings'],
      target: { value: success.target, label: `target ${percent(success.target)}` },
    },
    {
      id: 'margin',
      title: 'What one image leaves after its cost, day by day',
      unit: totals.currency ?? 'several currencies',
      n: `n = ${count(totals.margin_per_picture.n)} images, exact sums`,
      lines: [{ name: 'Margin per image', colour: 2, of: 'margin_per_picture' }],
      format: asMoney,
      fromZero: true,
      beside: [['margin', 'Margin', asMoney]],
      rows: ['engines', 'Engines'],
    },
    {
      id: 'quality',
      title: 'Mean quality score, day by day',
      unit: 'points of 100',
      n: `n = ${count(quality.n)} scores, 95 % interval of the mean (Student's t)`,
      lines: [{ name: 'Quality score', colour: 6, of: 'quality_avg', lower: 'quality_lower', upper: 'quality_upper' }],
      format: points,
      fromZero: false,
      beside: [['quality_scores', 'Scores', count]],
      rows: ['ratings', 'Ratings'],
    },
    {
      id: 'volume',
      title: 'How much was made, rated and who was there, day by day',
      unit: 'counts',
      n: `${count(totals.generations.value)} generations, ${count(totals.ratings.value)} ratings`,
      lines: [
        { name: 'Generations', colour: 0, of: 'generations' },
        { name: 'Ratings', colour: 1, of: 'ratings' },
        { name: 'Active people', colour: 2, of: 'active_users' },
      ],
      format: count,
      fromZero: true,
      beside: [],
    },
  ];
}

function columnsOf({ lines, format, beside }: Trend): readonly Column<TrendDay>[] {
  const drawn = lines.flatMap(({ name, of, lower, upper }) => [
    column(of, name, format),
    ...(lower === undefined ? [] : [bound(lower, of, 'From', format)]),
    ...(upper === undefined ? [] : [bound(upper, of, 'To', format)]),
  ]);
  return [DAY, ...drawn, ...beside.map(([of, label, as]) => column(of, label, as))];
}

function seriesOf({ lines }: Trend, rows: readonly TrendDay[]): readonly Series[] {
  const all = (of: Figure): readonly (number | null)[] => rows.map((row) => row[of]);
  const boundsOf = (of: Figure, end: Figure): readonly (number | null)[] => rows.map((row) => endOf(row, of, end));
  return lines.map(({ name, colour, of, lower, upper }) => ({
    name,
    colour,
    values: all(of),
    ...(lower !== undefined && { lower: boundsOf(of, lower) }),
    ...(upper !== undefined && { upper: boundsOf(of, upper) }),
  }));
}

/** Quality and margin over time. */
export function Trends({ dashboard, unfinished, address }: TrendsProps): JSX.Element {
  const trends = useMemo(() => trendsOf(dashboard), [dashboard]);
  return (
    <>
      {trends.map((trend) => (
        <TrendPanel key={trend.id} trend={trend} dashboard={dashboard} unfinished={unfinished} address={address} />
      ))}
    </>
  );
}

function TrendPanel({ trend, dashboard, unfinished, address }: TrendsProps & { readonly trend: Trend }): JSX.Element {
  const { daily_trend: rows, as_of: asOf } = dashboard;
  const days = useMemo(() => rows.map(({ day }) => day), [rows]);
  const series = useMemo(() => seriesOf(trend, rows), [trend, rows]);
  const columns = useMemo(() => columnsOf(trend), [trend]);
  const { id, title, unit, n, format, fromZero, target } = trend;
  const rowsOf = useRowsOf(trend.rows?.[0] ?? '');
  return (
    <Panel
      id={id}
      title={title}
      unit={unit}
      n={n}
      asOf={asOf}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.day}
      apiAddress={address}
      className="half"
      rowsLink={
        trend.rows && (
          <Link to={[trend.rows[0]]} className="tool">
            {trend.rows[1]}
          </Link>
        )
      }
      draw={(onDrawn) => (
        <TimeChart
          days={days}
          series={series}
          format={format}
          unfinished={unfinished}
          fromZero={fromZero}
          label={title}
          onDrawn={onDrawn}
          {...(target && { target })}
          {...(trend.rows && { rowsOf })}
        />
      )}
    />
  );
}
