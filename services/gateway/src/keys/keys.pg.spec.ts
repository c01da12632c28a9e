import { createPool, migrate, type DatabasePool } from '@picly/database';
import { createTestDatabase, type TestDatabase } from '@picly/testing';
import { ApiKeys1790000000000 } from './1790000000000-api-keys.migration';
import { ApiKeysQueries } from './api-keys.queries';
import { KeyAdministration } from './key-administration';
import { KeyDirectory } from './key-directory';
import { readNewKey, type NewKey } from './new-key';

let database: TestDatabase;
let pool: DatabasePool;
let directory: KeyDirectory;
let administration: KeyAdministration;
const clock = { ms: 1_000_000 };

beforeAll(async () => {
  database = await createTestDatabase();
  await migrate(database.url, { schema: 'runtime', migrations: [ApiKeys1790000000000] });
  pool = createPool({ url: database.url });
  directory = new KeyDirectory(new ApiKeysQueries(pool), { now: () => clock.ms });
  administration = new KeyAdministration(database.url, directory);
});

afterAll(async () => {
  await administration.onApplicationShutdown();
  await pool.close();
  await database.drop();
});

function wanted(body: object): NewKey {
  const read = readNewKey(body);
  if ('length' in read) throw new Error(JSON.stringify(read));
  return read;
}

describe('keys', () => {
  test('the system is open until the first key is made', async () => {
    expect(await directory.hasKeys()).toBe(false);
    await administration.create(wanted({ name: 'first', scopes: ['admin'] }));
    expect(await directory.hasKeys()).toBe(true);
  });

  test('a key is shown once and stored as a hash', async () => {
    const { key, id } = await administration.create(
      wanted({ name: 'web', scopes: ['ingest:browser'], origins: ['https://picly.example/'] }),
    );
    expect(key).toMatch(/^pk_[\w-]{43}$/);
    const rows = await pool.query('select * from runtime.api_keys');
    expect(JSON.stringify(rows)).not.toContain(key.slice(8));
    expect(JSON.stringify(await administration.list())).not.toContain(key.slice(8));
    expect(await directory.find(key)).toMatchObject({
      id,
      scopes: ['ingest:browser'],
      origins: ['https://picly.example'],
      rateLimitPerMinute: 600,
    });
    expect(await directory.knownOrigins()).toEqual(new Set(['https://picly.example']));
  });

  test('a server key is secret by its name and not limited', async () => {
    const { key } = await administration.create(wanted({ name: 'generator', scopes: ['ingest:server', 'read'] }));
    expect(key).toMatch(/^sk_/);
    expect(await directory.find(key)).toMatchObject({ rateLimitPerMinute: null, origins: [] });
  });

  test('using a key is noted', async () => {
    const { key, id } = await administration.create(wanted({ name: 'used', scopes: ['read'] }));
    await directory.find(key);
    expect((await administration.list()).find((each) => each.id === id)?.last_used_at).not.toBeNull();
  });

  test('a key revoked by another process stops working within a second', async () => {
    const { key, id } = await administration.create(wanted({ name: 'gone', scopes: ['read'] }));
    expect(await directory.find(key)).toBeDefined();
    const elsewhere = new KeyAdministration(database.url, new KeyDirectory(new ApiKeysQueries(pool)));
    expect(await elsewhere.revoke(id)).toMatchObject({ id, revoked_at: expect.any(String) as string });
    await elsewhere.onApplicationShutdown();
    clock.ms += 999;
    expect(await directory.find(key)).toBeUndefined();
  });

  test('revoking what is unknown answers nothing', async () => {
    expect(await administration.revoke('0190ffff-5b1e-7c3a-9f10-2b6d1e8a4c01')).toBeUndefined();
  });

  test.each([
    [{ name: 'x', scopes: [] }, '/scopes required'],
    [{ name: 'x', scopes: ['root'] }, '/scopes/0 one_of'],
    [{ name: 'x', scopes: ['ingest:browser', 'read'] }, '/scopes browser_alone'],
    [{ name: 'x', scopes: ['read'], origins: ['https://a.example/path', 'x'] }, '/origins/0 origin,/origins/1 origin'],
    [{ scopes: ['read'], events_per_minute: 0 }, '/name required,/events_per_minute whole_number'],
  ])('a request that makes no sense is refused: %j', (body, expected) => {
    const read = readNewKey(body);
    expect('length' in read ? read.map((each) => `${each.pointer} ${each.code}`).join() : 'valid').toBe(expected);
  });

  it('the configured admin key is always valid and counts as a key', async () => {
    const configured = new KeyDirectory(new ApiKeysQueries(pool), { adminKey: 'a-long-enough-secret' });
    expect(await configured.hasKeys()).toBe(true);
    expect((await configured.find('a-long-enough-secret'))?.scopes).toEqual(['admin']);
    expect(await configured.find('another-long-secret')).toBeUndefined();
  });
});
