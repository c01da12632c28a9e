import type { JSX } from 'react';
import { useAct } from '../../api/use-act';
import { count } from '../../format/numbers';
import { Ago } from '../../parts/ago';
import { ConfirmButton } from '../../parts/confirm-button';
import type { Column } from '../../parts/data-table';
import { Panel } from '../../parts/panel';
import { Said } from '../../parts/said';
import type { PartitionStatus, ViewStatus } from './rows';

interface ViewsProps {
  readonly views: readonly ViewStatus[];
  readonly address: string;
}

type Place = PartitionStatus & { readonly view: string };

const PLACES: readonly Column<Place>[] = [
  { id: 'view', label: 'View', value: (row) => row.view },
  { id: 'topic', label: 'Topic', value: (row) => row.topic },
  { id: 'partition', label: 'Partition', value: (row) => row.partition, numeric: true },
  { id: 'position', label: 'Position', value: (row) => row.position, show: (row) => count(row.position), numeric: true },
  { id: 'end', label: 'End', value: (row) => row.end, show: (row) => count(row.end), numeric: true },
  { id: 'lag', label: 'Behind', value: (row) => row.lag, show: (row) => count(row.lag), numeric: true },
  { id: 'last_error', label: 'Halted because', value: (row) => row.last_error, show: (row) => row.last_error ?? '', wide: true },
];

function columnsFor(start: (what: 'rebuild' | 'verify', projection: string) => void): readonly Column<ViewStatus>[] {
  return [
    {
      id: 'projection',
      label: 'View',
      value: (row) => row.projection,
      show: (row) => `${row.projection} v${row.version}${row.active ? '' : ', not shown'}`,
    },
    { id: 'lag_events', label: 'Behind, events', value: (row) => row.lag_events, show: (row) => count(row.lag_events), numeric: true },
    { id: 'events_folded', label: 'Folded', value: (row) => row.events_folded, show: (row) => count(row.events_folded), numeric: true },
    {
      id: 'events_per_second',
      label: 'Per second',
      value: (row) => row.events_per_second,
      show: (row) => count(row.events_per_second),
      numeric: true,
    },
    { id: 'duplicates', label: 'Came twice', value: (row) => row.duplicates, show: (row) => count(row.duplicates), numeric: true },
    { id: 'dead_letters', label: 'Dead letters', value: (row) => row.dead_letters, show: (row) => count(row.dead_letters), numeric: true },
    { id: 'event_time', label: 'Newest event', value: (row) => row.event_time, show: (row) => <Ago at={row.event_time} /> },
    {
      id: 'act',
      label: 'Do',
      value: () => null,
      files: [],
      show: (row) =>
        row.active && (
          <span className="actions">
            <ConfirmButton
              label="Verify"
              question={`Fold the log again into a shadow of ${row.projection} and compare it with what serves? Readers notice nothing.`}
              onConfirm={() => start('verify', row.projection)}
            />
            <ConfirmButton
              label="Rebuild"
              question={`Build ${row.projection} anew from the log, and show it when it has caught up? The version that serves now is kept.`}
              onConfirm={() => start('rebuild', row.projection)}
            />
          </span>
        ),
    },
  ];
}

/** How far every version of every view is. */
export function Views({ views, address }: ViewsProps): JSX.Element {
  const act = useAct('admin/projections');
  const start = (what: 'rebuild' | 'verify', projection: string): void =>
    act.mutate({ path: `admin/projections/${what}`, method: 'POST', body: { projections: [projection] } });
  const columns = columnsFor(start);
  const places = views.flatMap((view) =>
    view.partitions.map((partition) => ({ ...partition, view: `${view.projection} v${view.version}` })),
  );
  return (
    <>
      <Panel
        id="views"
        title="How far each view has folded the log"
        unit="events"
        n={`${count(views.length)} versions of views`}
        asOf={undefined}
        columns={columns}
        rows={views}
        rowKey={(row) => `${row.projection} ${row.version}`}
        apiAddress={address}
      >
        <Said error={act.error} {...(act.isSuccess && { done: 'Asked for: its progress is below.' })} />
      </Panel>
      <details className="panel">
        <summary>Positions of {count(places.length)} partitions</summary>
        <Panel
          id="positions"
          title="Positions by partition"
          unit="offsets"
          asOf={undefined}
          columns={PLACES}
          rows={places}
          rowKey={(row) => `${row.view} ${row.topic} ${row.partition}`}
        />
      </details>
    </>
  );
}
