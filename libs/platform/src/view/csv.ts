import { stringify, type Stringifier } from 'csv-stringify';

/** A spreadsheet would run a cell that begins so as a formula. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The text as it may stand in a cell: what a spreadsheet would run gets a leading apostrophe, unless it is a number. */
export const harmless = (text: string): string => (FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text);

/** A CSV writer (RFC 4180, CRLF, UTF-8, header row); nested values become JSON text, null an empty cell. */
export function csvWriter(columns: readonly string[]): Stringifier {
  return stringify({
    header: true,
    columns: columns.map((key) => ({ key, header: harmless(key) })),
    record_delimiter: 'windows',
    cast: {
      string: (text) => harmless(text),
      number: (n) => String(n),
      boolean: (flag) => String(flag),
      date: (date) => date.toISOString(),
      object: (value) => harmless(JSON.stringify(value)),
    },
  });
}

/** The columns known from the declaration first, then whatever else the first row has. */
export function columnsOf(declared: readonly string[], first: object | undefined): string[] {
  return [...new Set([...declared, ...Object.keys(first ?? {})])];
}
