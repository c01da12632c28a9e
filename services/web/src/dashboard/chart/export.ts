/** Whatever a row of a table holds. */
export type Cell = string | number | boolean | null | undefined;

/** A column of what is shown: its value without any rounding. */
export interface ExportColumn<Row> {
  readonly id: string;
  readonly value: (row: Row) => Cell;
}

/** What files hold of an interval: both of its ends, one column each. */
export function bothEnds<Low extends string, High extends string>(
  low: Low,
  high: High,
): readonly ExportColumn<Readonly<Record<Low | High, Cell>>>[] {
  return [
    { id: low, value: (row) => row[low] },
    { id: high, value: (row) => row[high] },
  ];
}

/** A cell that a spreadsheet would run as a formula. */
const FORMULA = /^[=+\-@\t\r]/;

function csvCell(value: Cell): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** What is shown, as CSV (RFC 4180); text that a spreadsheet would run is made text. */
export function csvOf<Row>(columns: readonly ExportColumn<Row>[], rows: readonly Row[]): string {
  const lines = [columns.map(({ id }) => csvCell(id)), ...rows.map((row) => columns.map(({ value }) => csvCell(value(row))))];
  return lines.map((cells) => `${cells.join(',')}\r\n`).join('');
}

export function jsonOf<Row>(columns: readonly ExportColumn<Row>[], rows: readonly Row[]): string {
  return JSON.stringify(
    rows.map((row) => Object.fromEntries(columns.map(({ id, value }) => [id, value(row) ?? null]))),
    null,
    2,
  );
}

/** Gives a file to the person in front of the page. */
export function download(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
