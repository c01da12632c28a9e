import type { JSX } from 'react';
import { useFilters } from '../../app/use-filters';
import { counted } from '../../format/numbers';
import { instant } from '../../format/time';
import type { Column } from '../../parts/data-table';
import { Panel } from '../../parts/panel';
import type { ExperimentProps } from './effect-over-time';
import type { Results } from './rows';
import { VERDICTS } from './words';

type Decision = Results['decisions'][number];

/** What the rule said, and when. */
export function Decisions({ results, asOf }: ExperimentProps): JSX.Element | null {
  const { filters } = useFilters();
  if (results.decisions.length === 0) return null;
  const columns: readonly Column<Decision>[] = [
    { id: 'decided_at', label: 'When', value: (row) => row.decided_at, show: (row) => instant(row.decided_at, filters.tz) },
    {
      id: 'verdict',
      label: 'Verdict',
      value: (row) => row.verdict,
      show: (row) => `${VERDICTS[row.verdict]}${row.arm === null ? '' : ` ${row.arm}`}`,
    },
    { id: 'acted', label: 'Acted', value: (row) => row.acted, show: (row) => (row.acted ? 'yes' : 'only advised') },
    { id: 'reasons', label: 'Because', value: (row) => row.reasons.join('; '), wide: true },
  ];
  return (
    <Panel
      id="decisions"
      title="What the rule decided, and why"
      unit="verdicts"
      n={counted(results.decisions.length, 'verdict')}
      asOf={asOf}
      columns={columns}
      rows={results.decisions}
      rowKey={(row) => row.decided_at}
    />
  );
}
