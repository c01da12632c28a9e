import type { JSX } from 'react';
import { useAct } from '../../api/use-act';
import { count, counted, duration } from '../../format/numbers';
import { Ago } from '../../parts/ago';
import { ConfirmButton } from '../../parts/confirm-button';
import type { Column } from '../../parts/data-table';
import { Panel } from '../../parts/panel';
import { Said } from '../../parts/said';
import { Empty } from '../../parts/states';
import type { Job } from './rows';

const UNDER_WAY: ReadonlySet<Job['state']> = new Set(['requested', 'building', 'comparing', 'switching']);

function Meter({ part, of }: { readonly part: number; readonly of: number }): JSX.Element {
  const share = of === 0 ? 1 : Math.min(1, part / of);
  return (
    <svg className="meter" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label={`${Math.round(share * 100)} percent`}>
      <rect className="full" width={100} height={8} />
      <rect className="part" width={share * 100} height={8} />
    </svg>
  );
}

function Progress({ job }: { readonly job: Job }): JSX.Element {
  if (job.progress === null) return <>–</>;
  const { events, total, remaining_s: rest } = job.progress;
  return (
    <>
      <Meter part={events} of={total} />
      <span className="dim">
        {count(events)} of {count(total)}
        {rest !== null && UNDER_WAY.has(job.state) && `, ${duration(rest * 1_000)} left`}
      </span>
    </>
  );
}

/** Rebuilds and comparisons. */
export function Jobs({ jobs, address }: { readonly jobs: readonly Job[]; readonly address: string }): JSX.Element {
  const act = useAct('admin/projections');
  if (jobs.length === 0) {
    return (
      <section className="panel" aria-label="Rebuilds">
        <Empty title="Nothing was rebuilt or verified yet">Rebuilds and comparisons with the log would be here, with their progress.</Empty>
      </section>
    );
  }
  const columns: readonly Column<Job>[] = [
    { id: 'id', label: 'Job', value: (row) => row.id, numeric: true },
    { id: 'kind', label: 'What', value: (row) => `${row.kind} ${row.projection}` },
    { id: 'state', label: 'State', value: (row) => row.state },
    { id: 'progress', label: 'Progress', value: (row) => row.progress?.events ?? null, show: (row) => <Progress job={row} /> },
    {
      id: 'differences',
      label: 'Compared',
      value: (row) => row.comparison?.differences ?? null,
      show: (row) =>
        row.comparison === null ? '–' : row.comparison.differences === 0 ? 'equal' : `${counted(row.comparison.differences, 'row')} differ`,
    },
    { id: 'requested_at', label: 'Asked for', value: (row) => row.requested_at, show: (row) => <Ago at={row.requested_at} /> },
    { id: 'finished_at', label: 'Done', value: (row) => row.finished_at, show: (row) => <Ago at={row.finished_at} /> },
    { id: 'message', label: 'Says', value: (row) => row.message, show: (row) => row.message ?? '', wide: true },
    {
      id: 'act',
      label: 'Do',
      value: () => null,
      files: [],
      show: (row) =>
        UNDER_WAY.has(row.state) && (
          <ConfirmButton
            label="Give up"
            question={`Give up the work on ${row.projection}? Readers notice nothing.`}
            onConfirm={() => act.mutate({ path: `admin/projections/${encodeURIComponent(row.projection)}/cancel`, method: 'POST' })}
          />
        ),
    },
  ];
  return (
    <Panel
      id="jobs"
      title="Rebuilds and comparisons with the log"
      unit="events read"
      n={counted(jobs.length, 'job')}
      asOf={undefined}
      columns={columns}
      rows={jobs}
      rowKey={(row) => String(row.id)}
      apiAddress={address}
    >
      <Said error={act.error} />
    </Panel>
  );
}
