import { textArray } from './array-literals';
import { CopyText } from './copy-text';
import type { FoldSql } from './define';

/** How a value is written; an instant is given as milliseconds since the epoch. */
export type ColumnType = 'instant' | 'uuid' | 'text' | 'text[]' | 'int' | 'int8' | 'numeric' | 'boolean' | 'json';
export type Columns = Readonly<Record<string, ColumnType>>;

/** A row by its columns; what is absent or null is null. */
export type NewRow = Readonly<Record<string, unknown>>;

/** From so many rows on COPY is faster, which needs the connection for itself for a moment. */
const WORTH_A_COPY = 500;

/** `insert` of the rows in one JSON parameter. */
export function insertFromJson(table: string, columns: Columns): string {
  const entries = Object.entries(columns);
  const names = entries.map(([name]) => name).join(', ');
  const values = entries.map(([name, type]) => (type === 'instant' ? `to_timestamp(${name} / 1000)` : name));
  const sent = entries.map(([name, type]) => `${name} ${type === 'instant' ? 'float8' : type}`);
  return `insert into ${table} (${names}) select ${values.join(', ')} from json_to_recordset($1::json) as row (${sent.join(', ')})`;
}

/** Adds rows to a table that are known not to be there, which needs no looking for them: by COPY when they are many, as in a rebuild. */
export class NewRows {
  private readonly insert: string;
  private readonly copy: string;
  private readonly columns: readonly (readonly [string, ColumnType])[];

  constructor(
    private readonly table: string,
    columns: Columns,
  ) {
    this.columns = Object.entries(columns);
    this.insert = insertFromJson(table, columns);
    this.copy = `copy ${table} (${Object.keys(columns).join(', ')}) from stdin`;
  }

  async add(sql: FoldSql, rows: readonly NewRow[]): Promise<void> {
    if (rows.length === 0) return;
    if (rows.length >= WORTH_A_COPY) return sql.copyIn(this.copy, this.lines(rows));
    await sql.query(this.insert, [JSON.stringify(rows)], `add-${this.table}`);
  }

  private lines(rows: readonly NewRow[]): Buffer {
    const text = new CopyText();
    for (const row of rows) {
      for (const [name, type] of this.columns) {
        const value = row[name];
        if (value === undefined || value === null) text.null();
        else WRITE[type](text, value);
        text.endCell();
      }
      text.endRow();
    }
    return text.lines();
  }
}

// Also what is declared as a number or a uuid comes from outside: Postgres, and not the writing of it, refuses what is none.
const asText = (text: CopyText, value: unknown): void => text.text(`${value as string | number | boolean}`);

const WRITE: Readonly<Record<ColumnType, (text: CopyText, value: unknown) => void>> = {
  instant: (text, value) => text.instant(value as number),
  text: (text, value) => text.text(value as string),
  'text[]': (text, value) => text.text(textArray(value as readonly string[])),
  json: (text, value) => text.text(JSON.stringify(value)),
  uuid: asText,
  int: asText,
  int8: asText,
  numeric: asText,
  boolean: asText,
};
