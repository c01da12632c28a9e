import { randomUUID } from 'node:crypto';
import { createPool, type DatabasePool } from '@picly/database';
import { createTestDatabase, type TestDatabase } from '@picly/testing';
import { PersonKeys } from './person-keys';
import { readSealed, seal, unseal, type PersonKey } from './seal';
import { subjectName, type SubjectId } from './subject';

let database: TestDatabase;
let pool: DatabasePool;
let now = 0;
const newKeys = (): PersonKeys => new PersonKeys({ pool, clock: () => now });
const user = (id: string): SubjectId => ({ kind: 'user', id });

async function keyOf(keys: PersonKeys, subject: SubjectId): Promise<PersonKey> {
  const key = (await keys.ensure([subject])).get(subjectName(subject));
  if (!key) throw new Error('no key');
  return key;
}

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url });
  await Promise.all([PersonKeys.install(database.url), PersonKeys.install(pool)]);
});
afterAll(async () => {
  await pool.close();
  await database.drop();
});

it('gives a subject one key, in every process, however many ask at once', async () => {
  const subjects = Array.from({ length: 50 }, (_, i) => user(`many-${i % 40}`));
  const answers = await Promise.all(Array.from({ length: 6 }, () => newKeys().ensure(subjects)));
  const refs = answers.map((answer) => [...answer].map(([name, key]) => `${name}=${key.ref}`).sort());
  expect(refs[0]).toHaveLength(40);
  for (const other of refs) expect(other).toEqual(refs[0]);
});

it('keeps a user, a visit and a generation of the same name apart', async () => {
  const keys = await newKeys().ensure([user('same'), { kind: 'session', id: 'same' }, { kind: 'generation', id: 'same' }]);
  expect(new Set([...keys.values()].map((key) => key.ref)).size).toBe(3);
});

it('opens in another process what was sealed in one', async () => {
  const key = await keyOf(newKeys(), user('ann'));
  const text = seal({ id: 'e1', data: { user_id: 'ann' } }, ['user_id'], { kind: 'user', key }).sealed ?? '';
  const box = readSealed(text);
  const found = (await newKeys().byRef([box.ref])).get(box.ref);
  expect(found && unseal(box, 'e1', found)).toEqual({ user_id: 'ann' });
});

it('asks the database once for what it knows', async () => {
  const keys = newKeys();
  const key = await keyOf(keys, user('bob'));
  const asked = jest.spyOn(pool, 'query');
  await keys.ensure([user('bob')]);
  await keys.byRef([key.ref]);
  expect(asked).not.toHaveBeenCalled();
  asked.mockRestore();
});

it('a destroyed key stops working in every process within the stale time, and for ever', async () => {
  const [here, there] = [newKeys(), newKeys()];
  const key = await keyOf(here, user('carol'));
  expect((await there.byRef([key.ref])).size).toBe(1);
  expect(await here.destroy(user('carol'))).toBe(true);
  expect(await here.destroy(user('carol'))).toBe(false);
  expect((await here.byRef([key.ref])).size).toBe(0);
  now += 500;
  expect((await there.byRef([key.ref])).size).toBe(0);
  const fresh = await keyOf(there, user('carol'));
  expect(fresh.ref).not.toBe(key.ref);
  expect((await here.byRef([key.ref, fresh.ref])).size).toBe(1);
});

it('a ref that never existed has no key', async () => {
  expect((await newKeys().byRef([randomUUID()])).size).toBe(0);
});

it('forgets the least recently used keys and finds them again', async () => {
  const keys = new PersonKeys({ pool, cacheSize: 3 });
  const subjects = Array.from({ length: 10 }, (_, i) => user(`small-${i}`));
  const first = await keys.ensure(subjects);
  const again = await keys.ensure(subjects);
  for (const [name, key] of first) expect(again.get(name)?.ref).toBe(key.ref);
});
