import { ProblemError } from '../problem/problem-error';

export type CursorValue = string | number | boolean | null;
type Kind = 'string' | 'number' | 'boolean' | 'null';
type ValueOf<K extends Kind> = { string: string; number: number; boolean: boolean; null: null }[K];
type Shape = readonly (Kind | readonly Kind[])[];
type ValuesOf<S extends Shape> = {
  -readonly [I in keyof S]: ValueOf<S[I] extends readonly Kind[] ? S[I][number] : S[I] extends Kind ? S[I] : never>;
};

/** An opaque token of the sort key of the last row; whoever forges one only chooses where to begin. */
export function encodeCursor(values: readonly CursorValue[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

const isKind = (value: unknown, kinds: readonly Kind[]): boolean =>
  kinds.includes((value === null ? 'null' : typeof value) as Kind) && !(typeof value === 'string' && value.includes('\u0000'));

/**
 * The values of a token; each place names the kinds it may have (`['number', ['string', 'null']]`). Throws
 * `invalid_query` for a token that is not from such a list.
 */
export function decodeCursor<const S extends Shape>(cursor: string, shape: S): ValuesOf<S> {
  const values = parse(cursor);
  const fits =
    Array.isArray(values) &&
    values.length === shape.length &&
    shape.every((kind, i) => isKind(values[i], typeof kind === 'string' ? [kind] : kind));
  if (!fits) {
    throw new ProblemError('invalid_query', {
      errors: [{ pointer: '/cursor', code: 'cursor', message: 'cursor must be a next_cursor of this list' }],
    });
  }
  return values as ValuesOf<S>;
}
