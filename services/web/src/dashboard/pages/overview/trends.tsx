import { useMemo, type JSX } from 'react';
import type { AsOf } from '../../api/client';
import { useRead } from '../../api/use-read';
import { useFilters, useRowsOf } from '../../app/use-filters';
import { count, money, percent, points } from '../../format/numbers';
import { day } from '../../format/time';
import { Link } from '../../parts/link';
import { Panel } from '../../parts/panel';
import { TimeChart } from '../../parts/time-chart';
import { comparedQuery, isSilent, type Dashboard, type TrendDay } from './dashboard';
import { columnsOf, seriesOf, type Trend, type TrendRow } from './trend-figures';

interface TrendsProps {
  readonly dashboard: Dashboard;
  /** Today is among the days. */
  readonly unfinished: boolean;
  readonly address: string;
}

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

const OVER_MS = 60_000;

interface Compared {
  /** Undefined when there are none, or nothing happened in them. */
  readonly before?: readonly TrendDay[];
  readonly isBusy: boolean;
}

/** The days that those shown are compared with. */
function useCompared(dashboard: Dashboard): Compared {
  const { filters } = useFilters();
  const query = useMemo(() => comparedQuery(dashboard, filters), [dashboard, filters]);
  // What is over hardly moves: it is not asked for with every event.
  const { result } = useRead<Dashboard>('dashboard', query ?? {}, { views: [], enabled: query !== undefined, everyMs: OVER_MS });
  // A placeholder is of other days.
  const isBusy = query !== undefined && (result.isLoading || result.isPlaceholderData);
  if (query === undefined || isBusy || result.data === undefined || isSilent(result.data)) return { isBusy };
  return { before: result.data.daily_trend, isBusy };
}

/** Which days they are, in words. */
function comparedWords(before: readonly TrendDay[] | undefined): string | undefined {
  const [first, last] = [before?.[0], before?.at(-1)];
  return first && last && (first === last ? day(first.day) : `${day(first.day)} to ${day(last.day)}`);
}

/** Quality and margin over time. */
export function Trends({ dashboard, unfinished, address }: TrendsProps): JSX.Element {
  const trends = useMemo(() => trendsOf(dashboard), [dashboard]);
  const { before, isBusy } = useCompared(dashboard);
  const rows = useMemo(() => dashboard.daily_trend.map((row, i) => ({ ...row, before: before?.[i] })), [dashboard, before]);
  const compared = comparedWords(before);
  return (
    <>
      {trends.map((trend) => (
        <TrendPanel key={trend.id} {...{ trend, rows, compared, isBusy, unfinished, address }} asOf={dashboard.as_of} />
      ))}
    </>
  );
}

interface TrendPanelProps extends Pick<TrendsProps, 'unfinished' | 'address'> {
  readonly trend: Trend;
  readonly rows: readonly TrendRow[];
  /** Which days they are compared with. */
  readonly compared: string | undefined;
  readonly isBusy: boolean;
  readonly asOf: AsOf;
}

function TrendPanel({ trend, rows, compared, isBusy, unfinished, address, asOf }: TrendPanelProps): JSX.Element {
  const days = useMemo(() => rows.map((row) => row.day), [rows]);
  const isCompared = compared !== undefined;
  const series = useMemo(() => seriesOf(trend, rows, isCompared), [trend, rows, isCompared]);
  const columns = useMemo(() => columnsOf(trend, isCompared), [trend, isCompared]);
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
      isBusy={isBusy}
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
          {...(isCompared && { compared })}
          {...(trend.rows && { rowsOf })}
        />
      )}
    />
  );
}
