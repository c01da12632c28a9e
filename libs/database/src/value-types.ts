import { types, type CustomTypesConfig } from 'pg';

const INT8 = 20;
const DATE = 1082;
const INT8_ARRAY = 1016;

/** A whole number within ±2^53 as a number; beyond, the digits as text, so that nothing is rounded in silence. */
function int8(text: string): number | string {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}

function int8Array(text: string): (number | string | null)[] {
  if (text === '{}') return [];
  return text
    .slice(1, -1)
    .split(',')
    .map((item) => (item === 'NULL' ? null : int8(item)));
}

const ours = new Map<number, (text: string) => unknown>([
  [INT8, int8],
  [INT8_ARRAY, int8Array],
  [DATE, (text) => text],
]);

interface TypeParsers {
  getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown;
}

const theirs: TypeParsers = types;

/** How column values arrive: int8 as number, `date` as 'YYYY-MM-DD', numeric as text, timestamptz as Date. */
export const valueTypes: CustomTypesConfig & TypeParsers = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    format === 'binary' ? theirs.getTypeParser(oid, format) : (ours.get(oid) ?? theirs.getTypeParser(oid, 'text')),
};
