import { createTestDatabase, type TestDatabase } from '@picly/testing';
import { to } from 'pg-copy-streams';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  createPool,
  DatabaseUnavailableError,
  inTransaction,
  isDataError,
  isTransient,
  migrate,
  openDataSource,
  sqlState,
  TransactionAbortedError,
  TransactionEndedError,
  waitForDatabase,
  type DatabasePool,
} from './index';

let database: TestDatabase;
let pool: DatabasePool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url, maxConnections: 4 });
});

afterAll(async () => {
  await pool?.close();
  await database?.drop();
});

const caught = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('values', () => {
  it('arrive as number while safe, as digits beyond', async () => {
    const [row] = await pool.query(`select 9007199254740991::int8 safe, 9007199254740993::int8 beyond,
      array[1, null, 3]::int8[] list, '{}'::int8[] none, date '2026-03-01' as day, 1.10::numeric exact`);
    expect(row).toEqual({
      safe: 9007199254740991,
      beyond: '9007199254740993',
      list: [1, null, 3],
      none: [],
      day: '2026-03-01',
      exact: '1.10',
    });
  });

  it('of a prepared statement may have more columns after its view was replaced', async () => {
    await pool.query('create view spec_shape as select 1 as a');
    const ask = (): Promise<unknown> => pool.query('select * from spec_shape', [], 'spec-shape');
    await Promise.all([ask(), ask(), ask(), ask()]);
    await pool.query('create or replace view spec_shape as select 1 as a, 2 as b');
    expect(await Promise.all([ask(), ask(), ask(), ask(), ask()])).toEqual(Array.from({ length: 5 }, () => [{ a: 1, b: 2 }]));
  });

  it('pass through a prepared statement, every time', async () => {
    const ask = (n: number) => pool.query<{ n: number }>('select $1::int8 as n', [n], 'spec-echo');
    await expect(ask(1)).resolves.toEqual([{ n: 1 }]);
    await expect(ask(2)).resolves.toEqual([{ n: 2 }]);
  });
});

describe('a transaction', () => {
  beforeAll(() => pool.query('create table facts (id int primary key)'));
  beforeEach(() => pool.query('truncate facts'));
  const ids = async () => (await pool.query<{ id: number }>('select id from facts order by id')).map((row) => row.id);

  it('keeps what it did when the work resolves', async () => {
    const answer = await inTransaction(pool, async (tx) => {
      await tx.query('insert into facts values (1)');
      return 'done';
    });
    expect([answer, await ids()]).toEqual(['done', [1]]);
  });

  it('leaves nothing when the work rejects', async () => {
    const work = inTransaction(pool, async (tx) => {
      await tx.query('insert into facts values (1)');
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    expect(await ids()).toEqual([]);
  });

  it('is refused when an error inside was swallowed, as COMMIT then rolls back in silence', async () => {
    const work = inTransaction(pool, async (tx) => {
      await tx.query('insert into facts values (1)');
      await tx.query('select 1/0').catch(() => undefined);
    });
    await expect(work).rejects.toBeInstanceOf(TransactionAbortedError);
    expect(await ids()).toEqual([]);
  });

  it('takes statements before the last one has answered, and runs them in order', async () => {
    const answers = await inTransaction(pool, (tx) =>
      Promise.all([
        tx.query('insert into facts values (1)'),
        tx.query('update facts set id = $1', [2], 'spec-update'),
        tx.query('select id from facts', [], 'spec-facts'),
        tx.query('delete from facts where id = $1 returning id', [2]),
      ]),
    );
    expect(answers).toEqual([[], [], [{ id: 2 }], [{ id: 2 }]]);
    expect(await ids()).toEqual([]);
  });

  it('keeps nothing of statements that were sent along with one that failed, and can be tried again on the same connection', async () => {
    const one = createPool({ url: database.url, maxConnections: 1 });
    const work = (divisor: number) =>
      inTransaction(one, (tx) =>
        Promise.all([
          tx.query('insert into facts values (7)', [], 'spec-insert'),
          tx.query('select 1 / $1::int', [divisor], 'spec-divide'),
          tx.query('insert into facts values (8)', [], 'spec-insert-more'),
        ]),
      );
    await expect(work(0)).rejects.toMatchObject({ code: '22012' });
    expect(await ids()).toEqual([]);
    await work(1);
    expect(await ids()).toEqual([7, 8]);
    await one.close();
  });

  it('copies rows in their turn among statements that do not wait for each other', async () => {
    const texts = ['plain', 'tab\\tand \\\\', 'Ünï–😀'];
    const [, , , found] = await inTransaction(pool, (tx) =>
      Promise.all([
        tx.query('create temp table texts (n int, value text) on commit drop'),
        tx.copyIn('copy texts from stdin', Buffer.from(texts.map((text, n) => `${n}\t${text}\n`).join(''))),
        tx.copyIn('copy facts from stdin', Buffer.from(Array.from({ length: 200_000 }, (_, n) => `${n}\n`).join(''))),
        tx.query<{ value: string }>('select value from texts order by n'),
        tx.query('delete from facts where id > 2'),
      ]),
    );
    expect(found.map(({ value }) => value)).toEqual(['plain', 'tab\tand \\', 'Ünï–😀']);
    expect(await ids()).toEqual([0, 1, 2]);
  });

  it.each([
    ['a row that is refused', 'select 1', '22P02'],
    ['a statement before it that failed', 'select 1/0', '22012'],
  ])('keeps nothing of a copy because of %s, and uses the connection again', async (_, before, code) => {
    const one = createPool({ url: database.url, maxConnections: 1 });
    const failed = inTransaction(one, (tx) =>
      Promise.all([
        tx.query(before),
        tx.copyIn('copy facts from stdin', Buffer.from(`1\n${'x'.repeat(100_000)}\n`)),
        tx.copyIn('copy facts from stdin', Buffer.from('2\n')),
        tx.query('insert into facts values (3)'),
      ]),
    );
    await expect(failed).rejects.toMatchObject({ code });
    await inTransaction(one, (tx) => tx.copyIn('copy facts from stdin', Buffer.from('4\n')));
    expect(await ids()).toEqual([4]);
    await one.close();
  });

  it('tells what failed first when all answers arrive together', async () => {
    const one = createPool({ url: database.url, maxConnections: 1 });
    const failures: unknown[] = [];
    const failed = inTransaction(one, (tx) => {
      const sent = [
        tx.query('select 1/0'),
        tx.query('select 1', [], 'spec-late'),
        tx.copyIn('copy facts from stdin', Buffer.from('1\n')),
        tx.copyIn('copy facts from stdin', Buffer.from('2\n')),
      ];
      // Sent at the end of this turn, and then this process reads nothing until the server has answered all of it.
      setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300));
      sent.forEach((answer) => void answer.catch((error: unknown) => failures.push(sqlState(error))));
      return Promise.all(sent);
    });
    await expect(failed).rejects.toMatchObject({ code: '22012' });
    expect(failures).toEqual(['22012', '22012', '22012', '22012']);
    await one.close();
  });

  it('tells that the connection broke while rows were copied', async () => {
    const one = createPool({ url: database.url, maxConnections: 1 });
    const broken = inTransaction(one, (tx) =>
      Promise.all([tx.query('select pg_terminate_backend(pg_backend_pid())'), tx.copyIn('copy facts from stdin', Buffer.from('1\n'))]),
    );
    expect(isTransient(await caught(broken))).toBe(true);
    await inTransaction(one, (tx) => tx.copyIn('copy facts from stdin', Buffer.from('5\n')));
    expect(await ids()).toEqual([5]);
    await one.close();
  });

  it('sends nothing more once it has ended, when others go on that ran beside what failed', async () => {
    const one = createPool({ url: database.url, maxConnections: 1 });
    let late: Promise<unknown> = Promise.resolve();
    let goOn = (): void => undefined;
    const asked = new Promise<void>((resolve) => (goOn = resolve));
    const failed = inTransaction(one, (tx) => {
      late = asked.then(() => tx.query('insert into facts values (9)'));
      return tx.query('select 1').then(() => Promise.reject(new Error('no more')));
    });
    await expect(failed).rejects.toThrow('no more');
    goOn();
    await expect(late).rejects.toBeInstanceOf(TransactionEndedError);
    expect(await one.query('select 3 as three')).toEqual([{ three: 3 }]);
    expect(await ids()).toEqual([]);
    await one.close();
  });

  it('gives its connection back in every case', async () => {
    for (let i = 0; i < 10; i++) {
      await caught(inTransaction(pool, (tx) => tx.query('select * from nothing')));
      await caught(inTransaction(pool, (tx) => tx.query('select pg_terminate_backend(pg_backend_pid())')));
    }
    expect(pool.pg.waitingCount).toBe(0);
    await expect(pool.query('select 1 as one')).resolves.toEqual([{ one: 1 }]);
  });

  it('leaves a connection that streams may use', async () => {
    const one = createPool({ url: database.url, maxConnections: 1 });
    await inTransaction(one, (tx) => tx.query('select 1'));
    await caught(inTransaction(one, (tx) => tx.query('select * from nothing')));
    const client = await one.pg.connect();
    const chunks: unknown[] = [];
    for await (const chunk of client.query(to(`copy (select 7) to stdout`))) chunks.push(chunk);
    client.release();
    expect(chunks.join('')).toBe('7\n');
    await one.close();
  });

  it('can be read only and isolated', async () => {
    const work = inTransaction(pool, (tx) => tx.query('insert into facts values (1)'), {
      isolation: 'repeatable read',
      readOnly: true,
    });
    await expect(work).rejects.toMatchObject({ code: '25006' });
  });
});

describe('a query read by COPY', () => {
  it('gives the bytes of every field, also of many large rows', async () => {
    const rows = await pool.copyOut(
      `select n::int4, nullif(n, 2)::int8, decode(repeat('00ff5c0a', n * 50000), 'hex') from generate_series(0, 9) n`,
    );
    expect(rows.map(([n]) => n?.readInt32BE())).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(rows.map((row) => row[1] && Number(row[1].readBigInt64BE()))).toEqual([0, 1, null, 3, 4, 5, 6, 7, 8, 9]);
    rows.forEach(([, , bytes], n) => expect(bytes?.equals(Buffer.alloc(n * 200_000, Buffer.from('00ff5c0a', 'hex')))).toBe(true));
    expect(await pool.copyOut('select 1 where false')).toEqual([]);
  });

  it('rejects when it fails at once, half way or by the connection, which others then use again', async () => {
    const one = createPool({ url: database.url, maxConnections: 1 });
    await expect(one.copyOut('select * from nothing')).rejects.toMatchObject({ code: '42P01' });
    await expect(one.copyOut('select 1 / (50000 - n) from generate_series(1, 100000) n')).rejects.toMatchObject({ code: '22012' });
    expect(isTransient(await caught(one.copyOut('select pg_terminate_backend(pg_backend_pid())')))).toBe(true);
    expect(await one.copyOut('select 7::int4')).toEqual([[Buffer.from([0, 0, 0, 7])]]);
    expect(await one.query('select 8 as n')).toEqual([{ n: 8 }]);
    await one.close();
  });
});

describe('errors', () => {
  it.each([
    ['a division by zero', 'select 1/0', { transient: false, data: true }],
    ['a missing table', 'select * from nowhere', { transient: false, data: false }],
    ['a killed session', 'select pg_terminate_backend(pg_backend_pid())', { transient: true, data: false }],
  ])('of the server are told apart: %s', async (_, text, expected) => {
    const error = await caught(pool.query(text));
    expect({ transient: isTransient(error), data: isDataError(error) }).toEqual(expected);
  });

  it('of the connection are transient', async () => {
    const nobody = createPool({ url: 'postgres://x:y@127.0.0.1:1/z' });
    const error = await caught(nobody.query('select 1'));
    expect(error).toBeInstanceOf(DatabaseUnavailableError);
    expect(error).toMatchObject({ phase: 'connect', code: 'DATABASE_UNAVAILABLE' });
    expect(isTransient(error)).toBe(true);
    await nobody.close();
  });
});

class CreateThings1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table things (id int)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table things');
  }
}

class AddName1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table things add name text');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table things drop name');
  }
}

describe('migrations', () => {
  const all = { schema: 'spec', migrations: [CreateThings1700000000001, AddName1700000000002] };

  it('run once, in their schema, however many processes start at once', async () => {
    const ran: string[] = [];
    await Promise.all([1, 2, 3].map(() => migrate(database.url, { ...all, log: (line) => ran.push(line) })));
    expect(ran).toEqual(['schema spec: CreateThings1700000000001, AddName1700000000002']);
    await expect(pool.query('select id, name from spec.things')).resolves.toEqual([]);
  });

  it('take one query when nothing is to do', async () => {
    await migrate(pool, all);
    const asked: string[] = [];
    // A session of its own, by URL, would fail.
    const counting: DatabasePool = {
      ...pool,
      url: 'postgres://x:y@127.0.0.1:1/z',
      query: (text, values, name) => {
        asked.push(text);
        return pool.query(text, values, name);
      },
    };
    await migrate(counting, all);
    expect(asked).toHaveLength(1);
  });

  it('can be run again with more of them, through a data source', async () => {
    const source = await openDataSource({ url: database.url, schema: 'later' });
    await migrate(source, { schema: 'later', migrations: [CreateThings1700000000001] });
    await migrate(source, { ...all, schema: 'later' });
    await expect(source.query('select id, name from things')).resolves.toEqual([]);
    await source.destroy();
  });
});

describe('waiting for the database', () => {
  it('says one line and gives up when told to', async () => {
    const lines: string[] = [];
    const waiting = waitForDatabase('postgres://x:y@127.0.0.1:1/z', { log: (line) => lines.push(line), timeoutMs: 250 });
    await expect(waiting).rejects.toBeInstanceOf(DatabaseUnavailableError);
    expect(lines).toEqual([expect.stringMatching(/^waiting for the database at 127.0.0.1:1\/z \(.*ECONNREFUSED.*\)$/)]);
  });

  it('says nothing when it answers', async () => {
    const log = jest.fn();
    await waitForDatabase(database.url, { log });
    expect(log).not.toHaveBeenCalled();
  });

  it('does not wait for wrong credentials', async () => {
    const url = new URL(database.url);
    url.password = 'wrong';
    await expect(waitForDatabase(url.href, { log: () => undefined })).rejects.toMatchObject({ code: '28P01' });
  });
});
