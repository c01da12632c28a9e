import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from '@picly/api-client';
import { createPool } from '@picly/database';
import { createPostgresLog } from '@picly/event-log';
import { PersonKeys } from '@picly/personal-data';
import { startService, type ServiceHandle } from '@picly/platform';
import { digestTables, schemaOf } from '@picly/projections';
import { createTestDatabase, runPage, type TestDatabase } from '@picly/testing';
import { readCliConfig, type CliConfig } from '../../services/cli/src/config';
import { runKeysExport, runLogExport, runLogImport } from '../../services/cli/src/commands/log-backup';
import { readStandaloneConfig } from '../../services/standalone/src/config';
import { happen } from '../../services/standalone/src/demo/world/world';
import { standalone } from '../../services/standalone/src/standalone.module';

const PAGE = 'docs/how-to/back-up-and-restore.md';
const HEADERS = { ce_specversion: '1.0', ce_type: 'action-tracked', ce_time: '2026-01-01T00:00:00Z', ce_dataversion: '1' };

let folder: string;
let old: TestDatabase;
let before: Record<string, string>;

const start = (database: TestDatabase): Promise<ServiceHandle> =>
  startService(standalone, readStandaloneConfig({ PORT: '0', DATABASE_URL: database.url, LOG_LEVEL: 'fatal', LOG_PARTITIONS: '3' }));

const cli = (database: TestDatabase): CliConfig => readCliConfig({ DATABASE_URL: database.url });

interface Row {
  readonly lag_events: number | null;
}
interface Letter {
  readonly id: number;
  readonly key: string;
}

async function whenFolded(client: ApiClient): Promise<void> {
  for (;;) {
    const { data } = await client.get<{ readonly data: readonly Row[] }>('/api/analytics/admin/projections');
    if (data.every((row) => row.lag_events === 0)) return;
    await sleep(100);
  }
}

async function digests(database: TestDatabase): Promise<Record<string, string>> {
  const pool = createPool({ url: database.url, maxConnections: 1 });
  const all: Record<string, string> = {};
  for (const projection of standalone.projections) {
    for (const { table, rows, digest } of await digestTables(pool, schemaOf(projection), projection.tables))
      all[`${projection.name}.${table}`] = `${rows} rows, ${digest}`;
  }
  await pool.close();
  return all;
}

/** A world of events, one of them fixed and one discarded after they could not be read. */
async function live(service: ServiceHandle): Promise<void> {
  const client = new ApiClient({ baseUrl: service.url });
  const events = [...happen({ seed: 'backup', events: 1_200, days: 3, until: Date.UTC(2026, 0, 31) })].map(({ event }) => event);
  for (let at = 0; at < events.length; at += 200) await client.post('/api/analytics/batch', { events: events.slice(at, at + 200) });
  const [fix, discard] = [randomUUID(), randomUUID()];
  const log = await createPostgresLog({ url: old.url });
  const broken = { topic: 'picly.action-tracked', value: Buffer.from('{'), timestamp: Date.UTC(2026, 0, 30) };
  await log.append([fix, discard].map((key) => ({ ...broken, key, headers: { ...HEADERS, ce_id: randomUUID() } })));
  await log.close();
  await whenFolded(client);
  const { data } = await client.get<{ readonly data: readonly Letter[] }>('/api/analytics/admin/dead-letters');
  for (const { id, key } of data) {
    if (key === fix) await client.post(`/api/analytics/admin/dead-letters/${id}/fix`, { body: { generation_id: fix, action: 'download' } });
    else await client.post(`/api/analytics/admin/dead-letters/${id}/discard`, { reason: 'not ours' });
  }
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'picly-backup-'));
  old = await createTestDatabase();
  const service = await start(old);
  await live(service);
  await service.close();
  before = await digests(old);
}, 120_000);

afterAll(async () => {
  await old.drop();
  await rm(folder, { recursive: true, force: true });
});

async function restored(database: TestDatabase): Promise<Record<string, string>> {
  const service = await start(database);
  await whenFolded(new ApiClient({ baseUrl: service.url }));
  await service.close();
  return digests(database);
}

it('the page works as written, and the views of the restored system are those of the old one', async () => {
  const fresh = await createTestDatabase();
  const said = await runPage(PAGE, { cwd: folder, env: { DATABASE_URL: old.url, FRESH_DATABASE_URL: fresh.url } });
  expect(said).toMatch(/events restored and compared, with [\d,]+ keys of persons/);
  expect((await stat(path.join(folder, 'backup.picly.keys'))).mode & 0o777).toBe(0o600);
  expect(await restored(fresh)).toEqual(before);
  await fresh.drop();
}, 120_000);

it('nothing is restored from a damaged or shortened file, or into a system that has lived', async () => {
  const fresh = await createTestDatabase();
  const file = path.join(folder, 'damaged.picly');
  await runLogExport(file, { withoutKeys: true }, cli(old));
  const good = await readFile(file);
  const bad = Buffer.from(good);
  bad[Math.floor(bad.length / 2)]! ^= 1;
  for (const [bytes, message] of [
    [bad, /block \d+ is damaged; nothing was changed/],
    [good.subarray(0, good.length - 100), /block \d+ is cut off; nothing was changed/],
  ] as const) {
    await writeFile(file, bytes);
    await expect(runLogImport(file, { withoutKeys: true }, cli(fresh))).rejects.toThrow(message);
  }
  const pool = createPool({ url: fresh.url, maxConnections: 1 });
  expect(await pool.query(`select from pg_namespace where nspname in ('log', 'runtime')`)).toEqual([]);
  await writeFile(file, good);
  await expect(runLogImport(file, {}, cli(fresh))).rejects.toThrow('without the keys every person would be as if erased');
  const lived = await start(fresh);
  await new ApiClient({ baseUrl: lived.url }).post('/api/analytics/action', { generation_id: randomUUID(), action: 'share' });
  await lived.close();
  await expect(runLogImport(file, { withoutKeys: true }, cli(fresh))).rejects.toMatchObject({ code: 'LOG_NOT_EMPTY' });
  await pool.close();
  await fresh.drop();
}, 120_000);

it('a person erased since the backup stays erased', async () => {
  const fresh = await createTestDatabase();
  const [backup, newer] = [path.join(folder, 'erased.picly'), path.join(folder, 'newer.keys')];
  await runLogExport(backup, {}, cli(old));
  const pool = createPool({ url: old.url, maxConnections: 2 });
  const [person] = await pool.query<{ subject: string; ref: string }>(
    `select subject, ref::text from runtime.person_keys where subject like 'user:%' order by subject limit 1`,
  );
  const id = person?.subject.slice('user:'.length) ?? '';
  await new PersonKeys({ pool }).destroy({ kind: 'user', id });
  await pool.query('insert into runtime.erased_refs (ref) values ($1) on conflict do nothing', [person?.ref]);
  await runKeysExport(newer, cli(old));
  await pool.close();
  await runLogImport(backup, { erasures: newer }, cli(fresh));
  const there = createPool({ url: fresh.url, maxConnections: 1 });
  expect(await there.query('select ref from runtime.person_keys where ref = $1', [person?.ref])).toEqual([]);
  const [keys] = await there.query<{ n: number }>('select count(*)::int as n from runtime.person_keys');
  expect(keys?.n).toBeGreaterThan(10);
  await there.close();
  await restored(fresh);
  await fresh.drop();
}, 120_000);
