import { useState, type FormEvent, type JSX } from 'react';
import type { List } from '../../api/rows';
import { useAct } from '../../api/use-act';
import { useRead } from '../../api/use-read';
import { useFilters } from '../../app/use-filters';
import { counted } from '../../format/numbers';
import { instant } from '../../format/time';
import { ConfirmButton } from '../../parts/confirm-button';
import type { Column } from '../../parts/data-table';
import { Panel } from '../../parts/panel';
import { Said } from '../../parts/said';
import { Shown } from '../../parts/states';
import type { Key } from './rows';

const SCOPES = [
  ['ingest:browser', 'send from browsers (public)'],
  ['ingest:server', 'send from servers'],
  ['read', 'read'],
  ['admin', 'everything'],
] as const;

/** Who may do what. */
export function Keys(): JSX.Element {
  const { filters } = useFilters();
  const { result, address } = useRead<List<Key>>('admin/keys', {}, { views: [] });
  const revoke = useAct('admin/keys');
  const columns: readonly Column<Key>[] = [
    { id: 'name', label: 'Name', value: (row) => row.name, wide: true },
    { id: 'hint', label: 'Begins with', value: (row) => row.hint },
    { id: 'scopes', label: 'May', value: (row) => row.scopes.join(' ') },
    {
      id: 'origins',
      label: 'From',
      value: (row) => row.origins.join(' '),
      show: (row) => (row.origins.length === 0 ? 'anywhere' : row.origins.join(', ')),
    },
    { id: 'created_at', label: 'Made', value: (row) => row.created_at, show: (row) => instant(row.created_at, filters.tz) },
    { id: 'last_used_at', label: 'Last used', value: (row) => row.last_used_at, show: (row) => instant(row.last_used_at, filters.tz) },
    {
      id: 'revoked_at',
      label: 'Revoked',
      value: (row) => row.revoked_at,
      show: (row) =>
        row.revoked_at === null ? (
          <ConfirmButton
            label="Revoke"
            danger
            question={`Revoke ${row.name}? Whoever uses it is refused within a second.`}
            onConfirm={() => revoke.mutate({ path: `admin/keys/${row.id}`, method: 'DELETE' })}
          />
        ) : (
          instant(row.revoked_at, filters.tz)
        ),
    },
  ];
  return (
    <Shown of={result} what="keys">
      {({ data }) => (
        <Panel
          id="keys"
          title="Keys: who may send, read and administer"
          unit="keys are stored hashed"
          n={counted(data.length, 'key')}
          asOf={undefined}
          columns={columns}
          rows={data}
          rowKey={(row) => row.id}
          apiAddress={address}
        >
          <NewKey isFirst={data.length === 0} />
          <Said error={revoke.error} />
        </Panel>
      )}
    </Shown>
  );
}

function NewKey({ isFirst }: { readonly isFirst: boolean }): JSX.Element {
  const make = useAct<{ readonly key: string }>('admin/keys');
  const [scope, setScope] = useState<string>('read');
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const given = form.get('origin');
    const origin = typeof given === 'string' ? given.trim() : '';
    const body = { name: form.get('name'), scopes: [scope], ...(scope === 'ingest:browser' && origin !== '' && { origins: [origin] }) };
    make.mutate({ path: 'admin/keys', method: 'POST', body });
    event.currentTarget.reset();
  };
  return (
    <>
      {isFirst && (
        <p className="stale">
          There is no key: only this machine may ask. From the first one on everybody needs a key, this page too. Make one with scope admin
          first.
        </p>
      )}
      <form className="row-filters" onSubmit={submit}>
        <label className="field">
          <span>New key for</span>
          <input name="name" required maxLength={200} />
        </label>
        <label className="field">
          <span>It may</span>
          <select value={scope} onChange={({ target }) => setScope(target.value)}>
            {SCOPES.map(([id, label]) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
          </select>
        </label>
        {scope === 'ingest:browser' && (
          <label className="field">
            <span>Only from</span>
            <input name="origin" placeholder="https://picly.example" />
          </label>
        )}
        <button type="submit">Make the key</button>
      </form>
      {make.data && (
        <p role="status">
          Copy it now, it is not shown again: <code className="quote">{make.data.key}</code>
        </p>
      )}
      <Said error={make.error} />
    </>
  );
}
