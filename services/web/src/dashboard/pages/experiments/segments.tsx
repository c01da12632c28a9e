import { useMemo, type JSX } from 'react';
import { count, percent } from '../../format/numbers';
import type { Column } from '../../parts/data-table';
import { Panel } from '../../parts/panel';
import type { ExperimentProps } from './effect-over-time';
import type { Interval, Results } from './rows';
import { lift, liftInterval, reasonWords } from './words';

interface SegmentRow {
  readonly dimension: string;
  readonly segment: string;
  readonly arm: string;
  readonly n: number;
  readonly effect: number;
  readonly interval: Interval;
  readonly p: number | undefined;
  readonly reason: string | null;
}

function rowsOf({ segments }: Results): readonly SegmentRow[] {
  return segments.flatMap(({ dimension, segments: parts }) =>
    parts.flatMap(({ segment, arms, comparisons }) =>
      comparisons.map(({ arm, effect, interval, p_adjusted: p, reason }) => ({
        dimension,
        segment,
        arm,
        n: arms.reduce((sum, one) => sum + one.n, 0),
        effect,
        interval,
        p,
        reason,
      })),
    ),
  );
}

const COLUMNS: readonly Column<SegmentRow>[] = [
  { id: 'dimension', label: 'By', value: (row) => row.dimension },
  { id: 'segment', label: 'Segment', value: (row) => row.segment, wide: true },
  { id: 'arm', label: 'Arm', value: (row) => row.arm },
  { id: 'n', label: 'People', value: (row) => row.n, show: (row) => count(row.n), numeric: true },
  {
    id: 'effect',
    label: 'Change',
    value: (row) => (row.reason === null ? row.effect : null),
    show: (row) => lift(row.reason === null ? row.effect : null),
    numeric: true,
  },
  {
    id: 'low',
    label: 'Interval',
    value: (row) => row.interval[0],
    files: [
      { id: 'low', value: (row) => row.interval[0] },
      { id: 'high', value: (row) => row.interval[1] },
    ],
    show: (row) => (row.reason === null ? liftInterval(row.interval) : reasonWords(row.reason)),
    numeric: true,
  },
  { id: 'p_adjusted', label: 'p, adjusted', value: (row) => row.p, show: (row) => row.p?.toPrecision(2) ?? percent(null), numeric: true },
];

/** Whether it works for some and not for others. */
export function Segments({ results, asOf }: ExperimentProps): JSX.Element | null {
  const rows = useMemo(() => rowsOf(results), [results]);
  const warnings = new Set(results.segments.flatMap(({ warnings: some }) => some.map(({ message }) => message)));
  if (rows.length === 0) return null;
  return (
    <Panel
      id="segments"
      title="The same change in parts of the people; look for questions here, not for winners"
      unit={`change of ${results.series.metric} in percent`}
      n="always-valid intervals, p adjusted over all segments"
      asOf={asOf}
      columns={COLUMNS}
      rows={rows}
      rowKey={(row) => `${row.dimension} ${row.segment} ${row.arm}`}
    >
      {[...warnings].map((message) => (
        <p key={message} className="stale">
          {message}
        </p>
      ))}
    </Panel>
  );
}
