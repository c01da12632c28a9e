/**
 * Array literals of Postgres, made in one go: several times faster than the driver's own, which quotes every number. Null stays null.
 * Source of the quoting rule: PostgreSQL manual, 8.15.6.
 */
export function textArray(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? 'null' : quoted(value))).join(',')}}`;
}

/** Numbers, uuids, booleans: nothing that needs quotes. */
export function plainArray(values: readonly (number | bigint | string | boolean | null)[]): string {
  return `{${values.map((value) => (value === null ? 'null' : String(value))).join(',')}}`;
}

const SPECIAL = /["\\]/;
const quoted = (text: string): string => `"${SPECIAL.test(text) ? text.replace(/["\\]/g, '\\$&') : text}"`;
