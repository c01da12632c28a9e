import type { RowProblem } from '../mapping/row';

/** What a parser yields: the fields of a record, or why there are none. */
export type Parsed = { readonly fields: Readonly<Record<string, unknown>> } | { readonly problem: RowProblem };

/** Values under the names of their columns; an empty one is absent. */
export function recordOf(columns: readonly string[], values: readonly string[]): Parsed {
  if (values.length !== columns.length) {
    return { problem: { code: 'column_count', message: `the row has ${values.length} columns, ${columns.length} are expected` } };
  }
  const fields: Record<string, string> = {};
  for (const [at, column] of columns.entries()) {
    const value = values[at];
    if (value !== undefined && value !== '') fields[column] = value;
  }
  return { fields };
}
