import type { ExportColumn } from '../chart/export';
import { count, interval, type Format } from '../format/numbers';
import type { Column } from './data-table';

/** How the ends of an interval are found. */
export const WILSON = '95 % Wilson interval';
export const STUDENT = "95 % interval of the mean, Student's t";

export const RANKS = '95 % interval of order statistics';

/** The upper end is null where there are too few values to name one. */
type BoundedRow<Value extends string, Low extends string, High extends string, N extends string> = Readonly<
  Record<Value | High, number | null> & Record<Low | N, number>
>;

interface BoundedColumn {
  readonly label: string;
  readonly format: Format;
  /** Which interval it is. */
  readonly method: string;
}

/** A share or a mean with its interval below it; files have both ends and what it rests on as columns of their own. */
export function boundedColumn<Value extends string, Low extends string, High extends string, N extends string>(
  [value, low, high, n]: readonly [value: Value, low: Low, high: High, n: N],
  { label, format, method }: BoundedColumn,
): Column<BoundedRow<Value, Low, High, N>> {
  type Row = BoundedRow<Value, Low, High, N>;
  const file = (id: Value | Low | High | N): ExportColumn<Row> => ({ id, value: (row) => row[id] });
  return {
    id: value,
    label,
    value: (row) => row[value],
    files: [value, low, high, n].map(file),
    show: (row) =>
      row[value] === null ? (
        format(null)
      ) : (
        <span title={`${method}, n = ${count(row[n])}`}>
          {format(row[value])} <span className="range">{interval(row[low], row[high], format)}</span>
        </span>
      ),
    numeric: true,
  };
}
