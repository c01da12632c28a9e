/** A page of a list. `rows` may be a stream, for exports that do not fit into memory. */
export interface ListPage<Row extends object> {
  readonly rows: readonly Row[] | AsyncIterable<Row>;
  /** Token of the next page, null on the last one. */
  readonly nextCursor: string | null;
  /** Members of the JSON answer beside `data`, such as a definition. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

export function listPage<Row extends object>(rows: ListPage<Row>['rows'], nextCursor: string | null = null): ListPage<Row> {
  return { rows, nextCursor };
}

/**
 * The page of rows that were read with `limit + 1`: the extra one only tells that there is more. `cursorOf` names the place
 * behind a row.
 */
export function pageOf<Row extends object>(rows: readonly Row[], limit: number, cursorOf: (last: Row) => string): ListPage<Row> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  return { rows: kept, nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}

export function isListPage(answer: unknown): answer is ListPage<object> {
  if (typeof answer !== 'object' || answer === null || !('nextCursor' in answer) || !('rows' in answer)) return false;
  const { rows } = answer;
  return Array.isArray(rows) || (typeof rows === 'object' && rows !== null && Symbol.asyncIterator in rows);
}
