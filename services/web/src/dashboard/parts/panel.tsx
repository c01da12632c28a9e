import { useCallback, useState, type JSX, type ReactNode } from 'react';
import type { AsOf } from '../api/client';
import { csvOf, download, jsonOf } from '../chart/export';
import { downloadPicture, type Drawing, type OnDrawn } from '../chart/picture';
import { useParam } from '../app/use-filters';
import { useFilters } from '../app/use-filters';
import { asOfWords } from './as-of';
import { DataTable, fileColumns, type Column } from './data-table';
import { Icon } from './icon';

interface PanelProps<Row extends object> {
  /** Names the panel in the address and in files. */
  readonly id: string;
  /** A sentence that says what it shows. */
  readonly title: string;
  /** What the numbers are in. */
  readonly unit: string;
  /** How many there are of what, and which interval is shown. */
  readonly n?: string;
  readonly asOf: AsOf | undefined;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** The rows behind it. */
  readonly rowsLink?: ReactNode;
  /** The call that gives the same rows. */
  readonly apiAddress?: string;
  /** Without a drawing the panel is its table. */
  readonly draw?: (onDrawn: OnDrawn) => ReactNode;
  readonly children?: ReactNode;
  readonly className?: string;
  /** A part of its figures is still on its way. */
  readonly isBusy?: boolean;
}

/** The drawings of a panel, in the order in which they were made. */
function useDrawings(): readonly [readonly Drawing[], OnDrawn] {
  const [drawings, setDrawings] = useState<ReadonlyMap<string, Drawing>>(new Map());
  const onDrawn = useCallback<OnDrawn>((name, drawing) => {
    setDrawings((known) => {
      const next = new Map(known);
      if (drawing === null) next.delete(name);
      else next.set(name, drawing);
      return next;
    });
  }, []);
  return [[...drawings.values()], onDrawn];
}

/** A chart, its table, and every way to take them along. */
export function Panel<Row extends object>(props: PanelProps<Row>): JSX.Element {
  const { id, title, unit, n, asOf, columns, rows, rowKey, draw } = props;
  const { filters } = useFilters();
  const [tables, setTables] = useParam('tables');
  const [drawings, onDrawn] = useDrawings();
  const open = tables === '' ? [] : tables.split('.');
  const isTable = draw === undefined || open.includes(id);
  const toggle = (): void => setTables((isTable ? open.filter((one) => one !== id) : [...open, id]).join('.'), 'replace');
  return (
    <section className={`panel ${props.className ?? ''}`} aria-label={title} aria-busy={props.isBusy}>
      <header>
        <h2>{title}</h2>
        <p className="panel-facts">
          <span>{unit}</span>
          {n !== undefined && n !== '' && <span>{n}</span>}
        </p>
      </header>
      {props.children}
      {isTable ? <DataTable caption={title} columns={columns} rows={rows} rowKey={rowKey} /> : draw(onDrawn)}
      <Foot {...props} isTable={isTable} toggle={toggle} drawings={isTable ? [] : drawings} fresh={asOfWords(asOf, filters.tz)} />
    </section>
  );
}

type FootProps<Row extends object> = PanelProps<Row> & {
  readonly isTable: boolean;
  readonly toggle: () => void;
  readonly drawings: readonly Drawing[];
  readonly fresh: string;
};

function Foot<Row extends object>(props: FootProps<Row>): JSX.Element {
  const { isTable, toggle, fresh, title, unit, draw, rowsLink } = props;
  return (
    <footer>
      <span className="as-of">{fresh}</span>
      <span className="panel-tools">
        {rowsLink}
        {draw && (
          <button type="button" className="tool" aria-pressed={isTable} onClick={toggle}>
            <Icon name={isTable ? 'chart' : 'table'} /> {isTable ? 'Chart' : 'Table'}
          </button>
        )}
        <Export {...props} caption={`${title} (${unit}), ${fresh}`} />
      </span>
    </footer>
  );
}

type ExportProps<Row extends object> = PanelProps<Row> & { readonly drawings: readonly Drawing[]; readonly caption: string };

function Export<Row extends object>({ id, columns: shown, rows, drawings, caption, apiAddress }: ExportProps<Row>): JSX.Element {
  const columns = fileColumns(shown);
  const text = (type: string, content: string, ending: string): void => download(`${id}.${ending}`, new Blob([content], { type }));
  return (
    <details className="menu">
      <summary className="tool">
        <Icon name="download" /> Export
      </summary>
      <div className="menu-items">
        <button type="button" onClick={() => text('text/csv', csvOf(columns, rows), 'csv')}>
          CSV
        </button>
        <button type="button" onClick={() => text('application/json', jsonOf(columns, rows), 'json')}>
          JSON
        </button>
        {drawings.length > 0 && (
          <button type="button" onClick={() => downloadPicture(drawings, caption, `${id}.png`)}>
            PNG
          </button>
        )}
        {apiAddress !== undefined && (
          <a href={apiAddress} target="_blank" rel="noreferrer">
            API
          </a>
        )}
      </div>
    </details>
  );
}
