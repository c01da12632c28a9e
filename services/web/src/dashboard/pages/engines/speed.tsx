import type { JSX } from 'react';
import { count, seconds } from '../../format/numbers';
import { EngineName } from '../../parts/engine-name';
import { IntervalBar } from '../../parts/interval-bar';
import { Panel } from '../../parts/panel';
import { useEngines } from '../../app/use-engines';
import type { Column } from '../../parts/data-table';
import type { ModelRow } from '../../api/rows';
import { SPEED } from './columns';
import type { EnginesProps } from './comparison';

/** How long people wait. */
export function Speed({ rows, asOf, address }: EnginesProps): JSX.Element {
  const { colourOf } = useEngines();
  const longest = Math.max(...rows.map(({ p99 }) => p99 ?? 0), 0.001);
  // How many calls each figure rests on stands beside it for who points at it, and in files.
  const columns: readonly Column<ModelRow>[] = [
    { id: 'engine', label: 'Engine', value: (row) => row.engine, show: (row) => <EngineName engine={row.engine} /> },
    {
      id: 'spread',
      label: 'p50 to p99',
      value: (row) => row.p50,
      files: [],
      show: (row) => (
        <IntervalBar
          value={row.p50}
          low={row.p50 ?? 0}
          high={row.p99 ?? 0}
          domain={[0, longest]}
          colour={colourOf(row.engine)}
          label={`half within ${seconds(row.p50)}, 99 of 100 within ${seconds(row.p99)}`}
        />
      ),
    },
    ...SPEED,
  ];
  return (
    <Panel
      id="speed"
      title="How long calls take: the middle one, and the slowest of 20 and of 100"
      unit={`seconds, all calls, failed ones too; bars from 0 to ${seconds(longest)}`}
      n={`n = ${count(rows.reduce((sum, row) => sum + row.calls, 0))} calls; exact percentiles, 95 % intervals of order statistics`}
      asOf={asOf}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.engine}
      {...(address !== undefined && { apiAddress: address })}
      className="half"
    />
  );
}
