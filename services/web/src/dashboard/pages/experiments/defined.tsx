import type { JSX } from 'react';
import type { List } from '../../api/rows';
import { useRead } from '../../api/use-read';
import { useFilters } from '../../app/use-filters';
import { counted } from '../../format/numbers';
import { instant } from '../../format/time';
import type { Column } from '../../parts/data-table';
import { Link } from '../../parts/link';
import { Panel } from '../../parts/panel';

/** An experiment as administrators defined it. */
interface Definition {
  readonly key: string;
  readonly revision: number;
  readonly state: string;
  readonly author: string;
  readonly changed_at: string;
}

const VIEWS = ['experiments'] as const;

/** What was defined, whether anybody takes part or not. */
export function Defined(): JSX.Element | null {
  const { filters } = useFilters();
  const { result, address } = useRead<List<Definition>>('admin/experiments', { limit: 200 }, { views: VIEWS });
  const rows = result.data?.data ?? [];
  if (rows.length === 0) return null;
  const columns: readonly Column<Definition>[] = [
    {
      id: 'key',
      label: 'Experiment',
      value: (row) => row.key,
      show: (row) => <Link to={['experiments', row.key]}>{row.key}</Link>,
      wide: true,
    },
    { id: 'state', label: 'State', value: (row) => row.state, show: (row) => row.state.replaceAll('_', ' ') },
    { id: 'revision', label: 'Revision', value: (row) => row.revision, numeric: true },
    { id: 'author', label: 'Changed by', value: (row) => row.author, wide: true },
    { id: 'changed_at', label: 'Changed', value: (row) => row.changed_at, show: (row) => instant(row.changed_at, filters.tz) },
  ];
  return (
    <Panel
      id="defined"
      title="Experiments that were defined"
      unit="latest revision of each"
      n={counted(rows.length, 'experiment')}
      asOf={result.data?.as_of}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.key}
      apiAddress={address}
    />
  );
}
