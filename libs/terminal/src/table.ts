export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  readonly align?: 'left' | 'right';
}

// Control characters of a value (a name from outside) must not steer the terminal.
const safe = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');

/** Rows as aligned plain text, a title line first; no line ends in blanks. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = [columns.map((column) => column.title), ...rows.map((row) => columns.map((column) => safe(column.value(row))))];
  const widths = columns.map((_, at) => Math.max(...cells.map((line) => [...(line[at] ?? '')].length)));
  const pad = (text: string, at: number): string => {
    const blanks = ' '.repeat(Math.max(0, (widths[at] ?? 0) - [...text].length));
    return columns[at]?.align === 'right' ? blanks + text : text + blanks;
  };
  return cells.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
}
