import { createPool, inTransaction, type DatabasePool } from '@picly/database';
import { createTestDatabase, type TestDatabase } from '@picly/testing';
import { foldSettings, foldSqlOn } from './fold-sql';
import { NewRows, type NewRow } from './new-rows';

const COLUMNS = {
  id: 'int',
  at: 'instant',
  ref: 'uuid',
  words: 'text',
  tags: 'text[]',
  big: 'int8',
  exact: 'numeric',
  yes: 'boolean',
  more: 'json',
} as const;
const LONG = 'no line is too long to be read '.repeat(30);
const HOSTILE = [
  ...['', '\\N', '\\.', 'a\tb\nc\rd', 'back\\slash \\t', '"quoted", {braces}', "it's; drop table facts", '\u2028 ✨ 𝒳', 'null'],
  ...[LONG, `${LONG}\\ \t\n`, 'ﷺ𝒳é\u007f\u0080'.repeat(50), '\u0001\u001f', '\\'.repeat(64)],
];
const AT = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

const row = (id: number): NewRow => {
  const words = HOSTILE[id % HOSTILE.length] ?? '';
  return {
    id,
    at: AT + id,
    ref: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
    words,
    tags: [words, 'x'],
    big: 2 ** 52 + id,
    exact: 0.1 + id,
    yes: id % 2 === 0,
    more: { words, list: [words] },
  };
};
const rows = (count: number, from = 0): NewRow[] => Array.from({ length: count }, (_, n) => row(from + n));

describe('rows that are new', () => {
  let database: TestDatabase;
  let pool: DatabasePool;
  const projection = { name: 'facts', version: 1 };
  const table = new NewRows('facts', COLUMNS);
  const add = (...batches: NewRow[][]) =>
    inTransaction(
      pool,
      async (transaction) => {
        const sql = foldSqlOn(transaction, projection);
        await Promise.all(batches.map((batch) => table.add(sql, batch)));
      },
      { settings: foldSettings(projection) },
    );
  const stored = () =>
    pool.query<{ id: number }>('select *, (extract(epoch from at) * 1000)::float8 as ms from facts_v1.facts order by id');

  beforeAll(async () => {
    database = await createTestDatabase();
    pool = createPool({ url: database.url });
    await pool.query('create schema facts_v1');
    await pool.query(
      `create table facts_v1.facts (id int primary key, at timestamptz, ref uuid, words text, tags text[], big int8, exact numeric, yes boolean, more json)`,
    );
  });
  beforeEach(() => pool.query('truncate facts_v1.facts'));
  afterAll(async () => {
    await pool.close();
    await database.drop();
  });

  it('read the same whether they came few at a time or many at once', async () => {
    for (let from = 0; from < 600; from += 100) await add(rows(100, from));
    const byFew = await stored();
    await pool.query('truncate facts_v1.facts');
    await add(rows(600));
    expect(await stored()).toEqual(byFew);
    expect(byFew).toHaveLength(600);
    expect(byFew[3]).toMatchObject({
      words: HOSTILE[3],
      tags: [HOSTILE[3], 'x'],
      more: { words: HOSTILE[3] },
      big: 2 ** 52 + 3,
      ms: AT + 3,
    });
  });

  it('may lack every column but the key', async () => {
    await add(Array.from({ length: 600 }, (_, id) => ({ id, words: null })));
    expect((await stored())[599]).toMatchObject({ id: 599, at: null, words: null, tags: null, more: null });
  });

  it('are refused when they are not what their column wants, also when only the last byte of a character is', async () => {
    const with0 = (ref: string) => [...rows(600).slice(1), { ...row(0), ref }];
    await expect(add(with0('\u0130'.repeat(8) + '-0000-4000-8000-000000000000'))).rejects.toMatchObject({ code: '22P02' });
    await expect(add(with0('00000000-0000-4000-8000-00000000000\t'))).rejects.toMatchObject({ code: '22P02' });
    await expect(add([...rows(600).slice(1), { ...row(0), id: '7\n8' }])).rejects.toMatchObject({ code: '22P02' });
    expect(await stored()).toEqual([]);
  });

  it('are written in the order of the calls, beside statements that do not wait', async () => {
    const seen: number[] = [];
    await inTransaction(
      pool,
      async (transaction) => {
        const sql = foldSqlOn(transaction, projection);
        const count = async () => seen.push((await sql.query<{ n: number }>('select count(*)::int as n from facts'))[0]?.n ?? -1);
        await Promise.all([
          count(),
          table.add(sql, rows(700)),
          count(),
          table.add(sql, rows(5, 700)),
          table.add(sql, rows(700, 705)),
          count(),
        ]);
      },
      { settings: foldSettings(projection) },
    );
    expect(seen).toEqual([0, 700, 1_405]);
  });

  it('leave nothing behind when one of them is there already, and the connection goes on', async () => {
    await add(rows(1));
    await expect(add(rows(700))).rejects.toMatchObject({ code: '23505' });
    expect(await stored()).toHaveLength(1);
    await add(rows(600, 1));
    expect(await stored()).toHaveLength(601);
  });
});
