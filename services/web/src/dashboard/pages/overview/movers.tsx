import type { JSX } from 'react';
import { count, interval, percent, percentagePoints } from '../../format/numbers';
import { bothEnds } from '../../chart/export';
import type { Column } from '../../parts/data-table';
import { EngineName } from '../../parts/engine-name';
import { changeWords } from '../../parts/change-words';
import { Link } from '../../parts/link';
import { Panel } from '../../parts/panel';
import type { Dashboard, Mover } from './dashboard';

function ChangeMark({ mover }: { readonly mover: Mover }): JSX.Element {
  const words = changeWords(mover.change, percentagePoints, { within: mover });
  return <span className={`change ${words?.trend ?? 'same'}`}>{words?.text ?? '–'}</span>;
}

const COLUMNS: readonly Column<Mover>[] = [
  { id: 'engine', label: 'Engine', value: (row) => row.engine, show: (row) => <EngineName engine={row.engine} />, wide: true },
  { id: 'previous', label: 'Before', value: (row) => row.previous, show: (row) => percent(row.previous), numeric: true },
  { id: 'value', label: 'Now', value: (row) => row.value, show: (row) => percent(row.value), numeric: true },
  { id: 'change', label: 'Change, points', value: (row) => row.change, show: (row) => <ChangeMark mover={row} />, numeric: true },
  {
    id: 'lower',
    label: '95 % interval',
    value: (row) => row.lower,
    files: bothEnds('lower', 'upper'),
    show: (row) => interval(row.lower, row.upper),
    numeric: true,
  },
  { id: 'n', label: 'Ratings', value: (row) => row.n, show: (row) => count(row.n), numeric: true },
];

/** What changed most. */
export function Movers({ dashboard: { movers, as_of: asOf } }: { readonly dashboard: Dashboard }): JSX.Element | null {
  if (movers === null || movers.length === 0) return null;
  return (
    <Panel
      id="movers"
      title="Engines whose success changed most against the stretch before"
      unit="share of ratings with 4 or 5 stars"
      n="engines with at least 20 ratings in both"
      asOf={asOf}
      columns={COLUMNS}
      rows={movers}
      rowKey={(row) => row.engine}
      rowsLink={
        <Link to={['engines']} className="tool">
          Engines
        </Link>
      }
    />
  );
}
