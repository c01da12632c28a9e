import { useMemo, type JSX } from 'react';
import { count, interval, percent } from '../../format/numbers';
import type { Column } from '../../parts/data-table';
import { useEngines } from '../../app/use-engines';
import { EngineName } from '../../parts/engine-name';
import { IntervalBar } from '../../parts/interval-bar';
import { Panel } from '../../parts/panel';
import { Empty } from '../../parts/states';
import type { EnginesProps } from './comparison';

interface Failure {
  readonly engine: string;
  readonly cause: string;
  readonly failures: number;
  readonly failureRate: number | null;
  readonly lower: number;
  readonly upper: number;
}

const columnsFor = (most: number, colourOf: (engine: string) => number): readonly Column<Failure>[] => [
  { id: 'engine', label: 'Engine', value: (row) => row.engine, show: (row) => <EngineName engine={row.engine} /> },
  { id: 'cause', label: 'Cause', value: (row) => row.cause, show: (row) => row.cause.replaceAll('_', ' ') },
  { id: 'failures', label: 'Calls', value: (row) => row.failures, show: (row) => count(row.failures), numeric: true },
  {
    id: 'spread',
    label: 'Failed calls of the engine, all causes',
    value: (row) => row.failureRate,
    files: [],
    show: (row) => (
      <IntervalBar
        value={row.failureRate}
        low={row.lower}
        high={row.upper}
        domain={[0, most]}
        colour={colourOf(row.engine)}
        label={`${percent(row.failureRate)} (${interval(row.lower, row.upper)})`}
      />
    ),
  },
  {
    id: 'failure_rate',
    label: 'Its failure rate',
    value: (row) => row.failureRate,
    files: [
      { id: 'failure_rate', value: (row) => row.failureRate },
      { id: 'failure_lower', value: (row) => row.lower },
      { id: 'failure_upper', value: (row) => row.upper },
    ],
    show: (row) => `${percent(row.failureRate)} (${interval(row.lower, row.upper)})`,
    numeric: true,
  },
];

/** Why calls fail, the most frequent cause first. */
export function Failures({ rows, asOf }: EnginesProps): JSX.Element {
  const { colourOf } = useEngines();
  const failures = useMemo(
    () =>
      rows
        .flatMap((row) =>
          Object.entries(row.failures_by_cause).map(([cause, n]) => ({
            engine: row.engine,
            cause,
            failures: n,
            failureRate: row.failure_rate,
            lower: row.failure_lower,
            upper: row.failure_upper,
          })),
        )
        .sort((a, b) => b.failures - a.failures),
    [rows],
  );
  if (failures.length === 0) {
    return (
      <section className="panel" aria-label="Failures">
        <Empty title="No call failed in this time">Causes of failures would be here.</Empty>
      </section>
    );
  }
  return (
    <Panel
      id="failures"
      title="Why calls fail, the most frequent cause first"
      unit="calls"
      n={`${count(failures.reduce((sum, row) => sum + row.failures, 0))} failed calls`}
      asOf={asOf}
      columns={columnsFor(Math.max(...failures.map(({ upper }) => upper)), colourOf)}
      rows={failures}
      rowKey={(row) => `${row.engine} ${row.cause}`}
    />
  );
}
