import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPool, type DatabasePool } from '@picly/database';
import { PersonKeys } from '@picly/personal-data';
import { installProjections } from '@picly/projections';
import { createTestDatabase, type TestDatabase } from '@picly/testing';
import { installErasures } from './install';
import { cleanStorage } from './storage';

const WORDS = 'zebra of ann';

let database: TestDatabase;
let pool: DatabasePool;

beforeEach(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url, maxConnections: 4 });
  await PersonKeys.install(pool);
  await installProjections(pool, []);
  await installErasures(pool);
  await pool.query(`create table public.words (n int primary key, told text)`);
  await pool.query('insert into public.words values (1, $1), (2, $2)', [WORDS, 'an owl']);
});
afterEach(async () => {
  await pool.close();
  await database.drop();
});

/** Whether the bytes are in the file of the table. */
async function isInFile(): Promise<boolean> {
  const [row] = await pool.query<{ at: number }>(
    `select position($1::bytea in pg_read_binary_file(pg_relation_filepath('public.words'))) as at`,
    [Buffer.from(WORDS)],
  );
  return row?.at !== 0;
}

it('what was deleted is in no file of the table any more', async () => {
  await pool.query('delete from public.words where n = 1');
  await pool.query('checkpoint');
  expect(await isInFile()).toBe(true);
  const note = await cleanStorage(pool, { tables: ['public.words'], scrub: false, sole: false });
  expect(note).toMatchObject({ rewritten: true, old_bytes: [], wal: 'ages', notes: [] });
  expect(await isInFile()).toBe(false);
});

it('rows that an open transaction may still look at are waited for', async () => {
  const reader = await pool.pg.connect();
  await reader.query('begin isolation level repeatable read');
  await reader.query('select from public.words');
  await pool.query('delete from public.words where n = 1');
  let isDone = false;
  const cleaning = cleanStorage(pool, { tables: ['public.words'], scrub: false, sole: false }).finally(() => (isDone = true));
  await sleep(600);
  expect(isDone).toBe(false);
  await reader.query('commit');
  reader.release();
  expect(await cleaning).toMatchObject({ notes: [] });
  expect(await isInFile()).toBe(false);
});

it('a table that readers do not let go of is not waited for: its rows go, and the note names it', async () => {
  await pool.query('delete from public.words where n = 1');
  const reader = await pool.pg.connect();
  // A lock without a snapshot: nothing that it could still see.
  await reader.query('begin; lock table public.words in access share mode');
  const note = await cleanStorage(pool, { tables: ['public.words'], scrub: false, sole: false });
  await reader.query('commit');
  reader.release();
  expect(note).toMatchObject({ rewritten: false, old_bytes: ['public.words'], notes: [] });
});

it('what is not there, or not allowed, is noted and keeps nothing else from being cleaned', async () => {
  await pool.query('delete from public.words where n = 1');
  const note = await cleanStorage(pool, { tables: ['public.gone', 'public.words'], scrub: false, sole: false });
  expect(note).toMatchObject({ old_bytes: ['public.gone'], notes: ['vacuum of public.gone could not be done (42P01)'] });
  expect(await isInFile()).toBe(false);
});

it('on request a table is written anew however long its readers take, also after another one that could not be', async () => {
  await pool.query('delete from public.words where n = 1');
  const reader = await pool.pg.connect();
  await reader.query('begin; lock table public.words in access share mode');
  const cleaning = cleanStorage(pool, { tables: ['public.gone', 'public.words'], scrub: true, sole: false });
  // Longer than a rewrite that nobody asked for waits.
  await sleep(5_000);
  await reader.query('commit');
  reader.release();
  expect(await cleaning).toMatchObject({ old_bytes: ['public.gone'], notes: ['vacuum of public.gone could not be done (42P01)'] });
  expect(await isInFile()).toBe(false);
});

it('transactions of sessions that one may not look into are waited for like others', async () => {
  const role = `cleaner_${randomUUID().replaceAll('-', '')}`;
  await pool.query(`create role ${role}`);
  await pool.query(`grant usage on schema runtime to ${role}`);
  const url = new URL(database.url);
  url.searchParams.set('options', `-c role=${role}`);
  const cleaner = createPool({ url: url.href, maxConnections: 1 });
  const reader = await pool.pg.connect();
  await reader.query('begin isolation level repeatable read');
  await reader.query('select from public.words');
  await pool.query('delete from public.words where n = 1');
  let isDone = false;
  const cleaning = cleanStorage(cleaner, { tables: [], scrub: false, sole: false }).finally(() => (isDone = true));
  await sleep(2_000);
  const isDoneBefore = isDone;
  await reader.query('commit');
  reader.release();
  const { notes } = await cleaning;
  await cleaner.close();
  await pool.query(`drop owned by ${role}`);
  await pool.query(`drop role ${role}`);
  expect(isDoneBefore).toBe(false);
  expect(notes.filter((note) => note.startsWith('waiting'))).toEqual([]);
});
