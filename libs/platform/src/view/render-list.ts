import { Readable, Transform } from 'node:stream';
import type { ListFormat } from '../query/list-query';
import { columnsOf, csvWriter } from './csv';
import type { ListPage } from './list-page';

export const MEDIA_TYPES: Readonly<Record<ListFormat, string>> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson; charset=utf-8',
};

interface Peeked {
  readonly first: object | undefined;
  readonly rows: AsyncIterable<object>;
}

/** The first row without losing it. */
async function peek(rows: ListPage<object>['rows']): Promise<Peeked> {
  const iterator = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]();
  const head = await iterator.next();
  async function* all(): AsyncGenerator<object> {
    try {
      for (let next = head; next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { first: head.done === true ? undefined : head.value, rows: all() };
}

/** Rows as CSV text. An error of the source ends the stream with that error, so that the client sees a broken answer. */
export async function csvOf(page: ListPage<object>, declared: readonly string[]): Promise<Readable> {
  const { first, rows } = await peek(page.rows);
  const columns = columnsOf(declared, first);
  return Readable.from(rows).compose(csvWriter(columns)) as Readable;
}

function lines(): Transform {
  return new Transform({
    writableObjectMode: true,
    transform: (row: object, _encoding, done) => done(null, `${JSON.stringify(row)}\n`),
  });
}

export async function ndjsonOf(page: ListPage<object>): Promise<Readable> {
  const { rows } = await peek(page.rows);
  return Readable.from(rows).compose(lines()) as Readable;
}

async function* jsonText(rows: AsyncIterable<object>, tail: object): AsyncGenerator<string> {
  let separator = '{"data":[';
  for await (const row of rows) {
    yield separator + JSON.stringify(row);
    separator = ',';
  }
  yield `${separator === ',' ? '' : separator}],${JSON.stringify(tail).slice(1)}`;
}

/** The JSON answer of a list: an object when the rows are at hand, a text stream when they come one by one. */
export async function jsonOf(page: ListPage<object>, asOf: object): Promise<object> {
  const tail = { next_cursor: page.nextCursor, as_of: asOf, ...page.extra };
  if (Array.isArray(page.rows)) return { data: page.rows, ...tail };
  const { rows } = await peek(page.rows);
  return Readable.from(jsonText(rows, tail), { objectMode: false });
}
