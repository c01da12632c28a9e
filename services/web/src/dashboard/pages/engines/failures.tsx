import { useMemo, type JSX } from 'react';
import type { ModelRow } from '../../api/rows';
import { count } from '../../format/numbers';
import type { Column } from '../../parts/data-table';
import { useEngines } from '../../app/use-engines';
import { boundedBar } from '../../parts/bounded-bar';
import { EngineName } from '../../parts/engine-name';
import { Panel } from '../../parts/panel';
import { Empty } from '../../parts/states';
import { FAILED } from './columns';
import type { EnginesProps } from './comparison';

type EngineFailures = Pick<ModelRow, 'engine' | 'calls' | 'failure_rate' | 'failure_lower' | 'failure_upper'>;

interface Failure extends EngineFailures {
  readonly cause: string;
  readonly failures: number;
}

const columnsFor = (most: number, colourOf: (engine: string) => number): readonly Column<Failure>[] => [
  { id: 'engine', label: 'Engine', value: (row) => row.engine, show: (row) => <EngineName engine={row.engine} /> },
  { id: 'cause', label: 'Cause', value: (row) => row.cause, show: (row) => row.cause.replaceAll('_', ' ') },
  { id: 'failures', label: 'Calls', value: (row) => row.failures, show: (row) => count(row.failures), numeric: true },
  {
    id: 'spread',
    label: 'Failed calls of the engine, all causes',
    value: (row) => row.failure_rate,
    files: [],
    show: boundedBar(['failure_rate', 'failure_lower', 'failure_upper'], {
      domain: [0, most],
      colour: ({ engine }: Failure) => colourOf(engine),
      words: (share) => share,
    }),
  },
  { ...FAILED, label: 'Its failure rate' },
];

/** Why calls fail, the most frequent cause first. */
export function Failures({ rows, asOf }: EnginesProps): JSX.Element {
  const { colourOf } = useEngines();
  const failures = useMemo(
    () =>
      rows
        .flatMap(({ engine, calls, failure_rate, failure_lower, failure_upper, failures_by_cause: causes }) =>
          Object.entries(causes).map(([cause, failures]) => ({
            engine,
            cause,
            failures,
            calls,
            failure_rate,
            failure_lower,
            failure_upper,
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
      columns={columnsFor(Math.max(...failures.map(({ failure_upper: upper }) => upper)), colourOf)}
      rows={failures}
      rowKey={(row) => `${row.engine} ${row.cause}`}
    />
  );
}
