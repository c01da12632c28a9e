import { createSortedRowModel, rowSortingFeature, sortFn_basic, tableFeatures, useTable, type ColumnDef } from '@tanstack/react-table';
import { useMemo, type JSX, type ReactNode } from 'react';
import type { Cell, ExportColumn } from '../chart/export';

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel(), sortFns: { basic: sortFn_basic } });

/** A column: its exact value (for sorting and exports) and how it is shown. */
export interface Column<Row> {
  readonly id: string;
  readonly label: string;
  readonly value: (row: Row) => Cell;
  readonly show?: (row: Row) => ReactNode;
  /** Numbers are aligned at the right. */
  readonly numeric?: boolean;
  /** Takes the room that is left. */
  readonly wide?: boolean;
  /** What files hold of it, where that is not its value: both ends of an interval, nothing of a button. */
  readonly files?: readonly ExportColumn<Row>[];
}

/** What files hold of the columns; what several of them tell stands there once. */
export function fileColumns<Row>(columns: readonly Column<Row>[]): readonly ExportColumn<Row>[] {
  const all = columns.flatMap(({ id, value, files }) => files ?? [{ id, value }]);
  return all.filter(({ id }, i) => all.findIndex((one) => one.id === id) === i);
}

interface DataTableProps<Row extends object> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
}

function definitionsOf<Row extends object>(columns: readonly Column<Row>[]): ColumnDef<typeof features, Row>[] {
  return columns.map(({ id, label, value, numeric }) => ({
    id,
    header: label,
    // What is not known comes last, whichever way is up.
    accessorFn: (row: Row) => value(row) ?? undefined,
    sortUndefined: 'last' as const,
    sortFn: 'basic' as const,
    sortDescFirst: numeric === true,
  }));
}

/** Not a component of its own: what stands in a cell, such as an open dialog, outlives new columns. */
function shown<Row extends object>(column: Column<Row> | undefined, row: Row): ReactNode {
  return column?.show ? column.show(row) : String(column?.value(row) ?? '–');
}

const ARIA_SORT = { asc: 'ascending', desc: 'descending' } as const;

/** Rows that can be sorted by every column; scrolls sideways inside itself where it has to. */
export function DataTable<Row extends object>({ caption, columns, rows, rowKey }: DataTableProps<Row>): JSX.Element {
  const definitions = useMemo(() => definitionsOf(columns), [columns]);
  const table = useTable({ features, columns: definitions, data: rows, getRowId: rowKey });
  const byId = new Map(columns.map((column) => [column.id, column]));
  const classOf = (id: string): string | undefined => {
    const column = byId.get(id);
    return column?.numeric ? 'numeric' : column?.wide ? 'wide-cell' : undefined;
  };
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {table.getFlatHeaders().map((header) => {
              const sorted = header.column.getIsSorted();
              return (
                <th
                  key={header.id}
                  scope="col"
                  data-column={header.column.id}
                  className={classOf(header.column.id)}
                  aria-sort={sorted ? ARIA_SORT[sorted] : undefined}
                >
                  <button type="button" className="sort" onClick={header.column.getToggleSortingHandler()}>
                    {byId.get(header.column.id)?.label}
                    <span aria-hidden="true">{sorted === 'asc' ? ' ↑' : sorted === 'desc' ? ' ↓' : ''}</span>
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id}>
              {row.getAllCells().map((cell) => (
                <td key={cell.id} className={classOf(cell.column.id)}>
                  {shown(byId.get(cell.column.id), row.original)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p className="none">None yet</p>}
    </div>
  );
}
