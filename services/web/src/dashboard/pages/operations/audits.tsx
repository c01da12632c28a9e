import type { JSX } from 'react';
import type { List } from '../../api/rows';
import { useAct } from '../../api/use-act';
import { useRead } from '../../api/use-read';
import { useFilters } from '../../app/use-filters';
import { count, counted, duration } from '../../format/numbers';
import { instant } from '../../format/time';
import type { Column } from '../../parts/data-table';
import { Panel } from '../../parts/panel';
import { Said } from '../../parts/said';
import { Shown } from '../../parts/states';
import type { Audit } from './rows';

const EVERY_MS = 10_000;

function verdictOf({ error, offending }: Audit): JSX.Element {
  if (error !== null) return <span className="status-bad">! could not be run: {error}</span>;
  if (offending > 0) return <span className="status-bad">! {counted(offending, 'row')} against it</span>;
  return <span className="status-good">✓ kept</span>;
}

const columnsFor = (tz: string): readonly Column<Audit>[] => [
  { id: 'projection', label: 'View', value: (row) => row.projection, show: (row) => `${row.projection} v${row.version}` },
  { id: 'audit', label: 'Rule', value: (row) => row.audit, show: (row) => row.audit.replaceAll('-', ' '), wide: true },
  { id: 'offending', label: 'Found', value: (row) => row.offending, show: verdictOf },
  { id: 'ran_at', label: 'When', value: (row) => row.ran_at, show: (row) => instant(row.ran_at, tz) },
  { id: 'took_ms', label: 'Took', value: (row) => row.took_ms, show: (row) => duration(row.took_ms), numeric: true },
];

/** Rules that the rows of every view must keep, and what was last found. */
export function Audits(): JSX.Element {
  const { filters } = useFilters();
  const { result, address } = useRead<List<Audit>>('admin/projections/audits', {}, { views: [], everyMs: EVERY_MS });
  const run = useAct('admin/projections/audits');
  return (
    <Shown of={result} what="audits">
      {({ data }) => (
        <Panel
          id="audits"
          title="Rules that the rows must keep, and what their last check found"
          unit="rows against the rule"
          n={`${count(data.length)} rules, ${counted(data.filter(({ error, offending }) => error !== null || offending > 0).length, 'breach', 'breaches')}`}
          asOf={undefined}
          columns={columnsFor(filters.tz)}
          rows={data}
          rowKey={(row) => `${row.projection} ${row.audit}`}
          apiAddress={address}
        >
          <div className="actions">
            <button
              type="button"
              disabled={run.isPending}
              onClick={() => run.mutate({ path: 'admin/projections/audits', method: 'POST', body: {} })}
            >
              Check all now
            </button>
          </div>
          <Said error={run.error} {...(run.isSuccess && { done: 'Asked for: results come in below.' })} />
        </Panel>
      )}
    </Shown>
  );
}
