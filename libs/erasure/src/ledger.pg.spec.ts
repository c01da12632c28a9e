import { createPool, type DatabasePool } from '@picly/database';
import { PersonKeys, subjectName } from '@picly/personal-data';
import { installProjections } from '@picly/projections';
import { createTestDatabase, type TestDatabase } from '@picly/testing';
import { installErasures } from './install';
import { applyLedger, erasedAmong, readLedger } from './ledger';

const ANN = { kind: 'user', id: 'ann' } as const;
const BOB = { kind: 'user', id: 'bob' } as const;

interface System {
  readonly database: TestDatabase;
  readonly pool: DatabasePool;
  readonly keys: PersonKeys;
}

async function start(): Promise<System> {
  const database = await createTestDatabase();
  const pool = createPool({ url: database.url });
  await installProjections(pool, []);
  await installErasures(pool);
  return { database, pool, keys: new PersonKeys({ pool, staleMs: 0 }) };
}

let now: System;
let restored: System;
let refs: ReadonlyMap<string, string>;

beforeAll(async () => {
  [now, restored] = await Promise.all([start(), start()]);
  const found = await now.keys.ensure([ANN, BOB]);
  refs = new Map([...found].map(([name, key]) => [name, key.ref]));
  // The backup was made before ann was erased.
  const rows = await now.pool.query('select subject, ref, key from runtime.person_keys');
  for (const { subject, ref, key } of rows) {
    await restored.pool.query('insert into runtime.person_keys (subject, ref, key) values ($1, $2, $3)', [subject, ref, key]);
  }
  await now.pool.query('insert into runtime.erased_refs (ref) values ($1)', [refs.get(subjectName(ANN))]);
  await now.pool.query('insert into runtime.erased_subjects (hash) values (runtime.person_hash($1))', [subjectName(ANN)]);
  await now.keys.destroy(ANN);
});
afterAll(async () => {
  for (const { pool, database } of [now, restored]) {
    await pool.close();
    await database.drop();
  }
});

const refOf = (subject: typeof ANN | typeof BOB): string => refs.get(subjectName(subject)) ?? '';

it('says which pseudonyms must not come back', async () => {
  expect([...(await erasedAmong(now.pool, [refOf(ANN), refOf(BOB)]))]).toEqual([refOf(ANN)]);
});

it('names nobody', async () => {
  expect(JSON.stringify(await readLedger(now.pool))).not.toContain('ann');
});

it('applied to a restored backup, destroys what came back with it and keeps it from coming again', async () => {
  expect(await applyLedger(restored.pool, await readLedger(now.pool))).toBe(1);
  expect([...(await restored.keys.byRef([refOf(ANN), refOf(BOB)])).keys()]).toEqual([refOf(BOB)]);
  expect([...(await restored.keys.ensure([ANN, BOB])).keys()]).toEqual([subjectName(BOB)]);
  expect(await applyLedger(restored.pool, await readLedger(now.pool))).toBe(0);
});

it('is not taken from another system once somebody was erased here', async () => {
  const other = { ...(await readLedger(now.pool)), secret: '00'.repeat(32) };
  await expect(applyLedger(restored.pool, other)).rejects.toThrow('belongs to another system');
});
