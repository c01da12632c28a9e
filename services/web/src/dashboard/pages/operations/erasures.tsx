import type { JSX } from 'react';
import type { List } from '../../api/rows';
import { useAct } from '../../api/use-act';
import { useRead } from '../../api/use-read';
import { useFilters } from '../../app/use-filters';
import { count, counted } from '../../format/numbers';
import { instant } from '../../format/time';
import { ConfirmButton } from '../../parts/confirm-button';
import type { Column } from '../../parts/data-table';
import { Panel } from '../../parts/panel';
import { Said } from '../../parts/said';
import { Shown } from '../../parts/states';
import type { Erasure } from './rows';

const EVERY_MS = 3_000;

/** Who was forgotten, and how to forget somebody. */
export function Erasures(): JSX.Element {
  const { filters } = useFilters();
  const { result, address } = useRead<List<Erasure>>('admin/erasure', { limit: 50 }, { views: [], everyMs: EVERY_MS });
  const erase = useAct('admin/erasure');
  const columns: readonly Column<Erasure>[] = [
    { id: 'id', label: 'Receipt', value: (row) => row.id },
    { id: 'state', label: 'State', value: (row) => row.state },
    { id: 'requested_at', label: 'Asked for', value: (row) => row.requested_at, show: (row) => instant(row.requested_at, filters.tz) },
    { id: 'finished_at', label: 'Done', value: (row) => row.finished_at, show: (row) => instant(row.finished_at, filters.tz) },
    {
      id: 'keys_destroyed',
      label: 'Keys destroyed',
      value: (row) => row.keys_destroyed,
      show: (row) => count(row.keys_destroyed),
      numeric: true,
    },
    { id: 'events', label: 'Events', value: (row) => row.events, show: (row) => count(row.events), numeric: true },
    { id: 'last_error', label: 'Says', value: (row) => row.last_error, show: (row) => row.last_error ?? '', wide: true },
  ];
  return (
    <Shown of={result} what="erasures">
      {({ data }) => (
        <Panel
          id="erasures"
          title="People who were erased; receipts name nobody"
          unit="erasures"
          n={counted(data.length, 'receipt')}
          asOf={undefined}
          columns={columns}
          rows={data}
          rowKey={(row) => row.id}
          apiAddress={address}
        >
          <div className="actions">
            <ConfirmButton
              label="Erase a person"
              danger
              question="Destroy the key of a person and take them out of every read model? This cannot be undone."
              onConfirm={(form) => erase.mutate({ path: 'admin/erasure', method: 'POST', body: { user_id: form.get('user') } })}
            >
              <label className="field">
                <span>Their user id, as senders name them</span>
                <input name="user" required maxLength={200} autoComplete="off" />
              </label>
            </ConfirmButton>
          </div>
          <Said error={erase.error} {...(erase.isSuccess && { done: 'Under way: its receipt is below.' })} />
        </Panel>
      )}
    </Shown>
  );
}
