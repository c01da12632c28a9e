import { randomUUID } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from '@picly/api-client';
import { createPool, type DatabasePool } from '@picly/database';
import { createPostgresLog } from '@picly/event-log';
import { startService, type ServiceHandle } from '@picly/platform';
import { createTestDatabase, type TestDatabase } from '@picly/testing';
import { readStandaloneConfig } from './config';
import { standalone } from './standalone.module';

const ROOT = path.resolve(__dirname, '../../..');
const REGISTER = path.join(ROOT, 'libs/testing/src/typescript.register.cjs');
const PICLY = path.join(ROOT, 'services/cli/src/main.ts');

jest.setTimeout(240_000);

let folder: string;
let database: TestDatabase;
let pool: DatabasePool;
let service: ServiceHandle;
let letter: number;

/** A status may know the ends of the log as they were a quarter of a second before. */
const ENDS_AGE_MS = 300;

/** Every view has folded everything that is in the log now. */
async function folded(): Promise<void> {
  const client = new ApiClient({ baseUrl: service.url });
  await sleep(ENDS_AGE_MS);
  for (;;) {
    const { data } = await client.get<{ data: { lag_events: number | null }[] }>('/api/analytics/admin/projections');
    if (data.every(({ lag_events: lag }) => lag === 0)) return;
    await sleep(100);
  }
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'picly-bad-input-'));
  database = await createTestDatabase();
  pool = createPool({ url: database.url, maxConnections: 2 });
  const config = { PORT: '0', DATABASE_URL: database.url, LOG_LEVEL: 'silent', LOG_PARTITIONS: '2', AUDIT_INTERVAL_S: '0' };
  service = await startService(standalone, readStandaloneConfig(config));
  const client = new ApiClient({ baseUrl: service.url });
  for (let n = 0; n < 20; n++)
    await client.post('/api/analytics/rate', { generation_id: randomUUID(), rating: 4, user_id: `user ${n % 5}` });
  const log = await createPostgresLog({ url: database.url });
  const headers = {
    ce_specversion: '1.0',
    ce_type: 'action-tracked',
    ce_time: '2026-01-01T00:00:00Z',
    ce_id: randomUUID(),
    ce_dataversion: '1',
  };
  await log.append([{ topic: 'picly.action-tracked', key: 'k', value: Buffer.from('{'), headers, timestamp: Date.UTC(2026, 0, 1) }]);
  await log.close();
  await folded();
  const [parked] = await pool.query<{ id: number }>(`select id from runtime.dead_letters where projection = 'receipts'`);
  letter = parked!.id;
});
afterAll(async () => {
  await service.close();
  await pool.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

interface Said {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

function picly(args: readonly string[], env: Record<string, string> = {}): Promise<Said> {
  const own = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: folder, PICLY_URL: service.url, DATABASE_URL: database.url, ...env };
  return new Promise((resolve) => {
    execFile(process.execPath, ['--require', REGISTER, PICLY, ...args], { cwd: folder, env: own }, (error, out, errors) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, errors }),
    );
  });
}

/** Everything that a command could have changed. */
const state = (): Promise<unknown> =>
  pool.query(
    `select (select json_agg(v order by projection, version) from runtime.projection_versions v) as versions,
            (select json_agg(p order by name) from (select name, active_version, previous_version from runtime.projections) p) as shown,
            (select json_agg(d order by id) from runtime.dead_letters d) as letters,
            (select count(*) from runtime.dead_letter_history) as decisions,
            (select json_agg(k.subject order by subject) from runtime.person_keys k) as people,
            (select count(*) from runtime.erasures) as erasures, (select count(*) from runtime.erased_subjects) as erased,
            (select json_agg(r order by partition) from (select partition, next_offset, sealed from log.partitions) r) as log,
            (select json_agg(nspname order by nspname) from pg_namespace where nspname not like 'pg_%') as schemas`,
  );

/** One sentence or two, no stack, and nothing is as it was not before. */
async function expectRefused(args: readonly string[], sentence: RegExp, env?: Record<string, string>): Promise<void> {
  const before = await state();
  const { code, out, errors } = await picly(args, env);
  expect(`${out}${errors}`).toMatch(sentence);
  expect(code).toBe(1);
  expect(errors).not.toMatch(/^\s+at /m);
  expect(await state()).toEqual(before);
}

it('an unknown projection', async () => {
  await expectRefused(['rebuild', 'no-such'], /^there is no projection no-such; there are /);
  await expectRefused(['verify', 'no-such'], /^there is no projection no-such; there are /);
  await expectRefused(['verify', '--audit', 'no-such'], /^there is no projection no-such; there are /);
  await expectRefused(['rollback', 'receipts'], /^no earlier version of receipts is kept/);
  await expectRefused(['drop', 'receipts', '9'], /^there is no version 9 of receipts; there are 1 \(active\)/);
  const then = ['--until', 'the day before', '--name', 'then'];
  await expectRefused(['rebuild', 'receipts', ...then], /^the day before is neither a time \(.*\) nor a position/);
});

it('a rebuild that is under way already', async () => {
  await pool.query(
    `insert into runtime.projection_jobs (pass, kind, projection, state, owner, lease_until)
     values (gen_random_uuid(), 'rebuild', 'receipts', 'building', 'elsewhere', now() + interval '1 hour')`,
  );
  await expectRefused(
    ['rebuild', 'receipts'],
    /^a rebuild of receipts is building: wait for it, or cancel it \(picly rebuild --cancel receipts\)/,
  );
  await pool.query('delete from runtime.projection_jobs');
});

it('an event of a version that this release cannot read', async () => {
  const [row] = await pool.query<{ id: number }>(
    `select d.id from runtime.dead_letters d where projection = 'receipts' and cause = 'undecodable'`,
  );
  expect(row).toBeDefined();
  // As if the release before had known the event, and had folded it.
  const future = {
    ce_specversion: '1.0',
    ce_type: 'rating-submitted',
    ce_time: '2026-01-01T00:00:00Z',
    ce_id: randomUUID(),
    ce_dataversion: '99',
  };
  const log = await createPostgresLog({ url: database.url });
  const [at] = await log.append([
    { topic: 'picly.rating-submitted', key: 'f', value: Buffer.from('{}'), headers: future, timestamp: Date.UTC(2026, 0, 1) },
  ]);
  await log.close();
  // All views put it aside, and what each of them has is compared below.
  await folded();
  const parked = await pool.query(
    `delete from runtime.dead_letters where projection = 'receipts' and topic = $1 and "offset" = $2 returning id`,
    [at!.topic, at!.offset],
  );
  expect(parked).toHaveLength(1);
  await expectRefused(
    ['rebuild', 'receipts'],
    /receipts: the event at picly\.rating-submitted\/\d\/\d+ has a form that this release cannot read .* nothing was changed/,
  );
});

it('a corrupt backup, one that is not there, and one that would be written over', async () => {
  const file = path.join(folder, 'log.picly');
  expect((await picly(['log', 'export', file])).code).toBe(0);
  await expectRefused(['log', 'export', file], /log\.picly exists already; nothing was written/);
  await expectRefused(['log', 'import', path.join(folder, 'other.picly'), '--without-keys'], /other\.picly does not exist/);
  await new ApiClient({ baseUrl: service.url }).post('/api/analytics/rate', { generation_id: randomUUID(), rating: 1 });
  await expectRefused(['log', 'import', file], /the log of this system has other events already/);
  const bytes = await readFile(file);
  bytes[bytes.length >> 1]! ^= 1;
  await writeFile(file, bytes);
  const fresh = await createTestDatabase();
  await expectRefused(['log', 'import', file], /block \d+ is damaged; nothing was changed/, { DATABASE_URL: fresh.url });
  const there = createPool({ url: fresh.url, maxConnections: 1 });
  expect(await there.query(`select nspname from pg_namespace where nspname in ('log', 'runtime')`)).toEqual([]);
  await there.close();
  await fresh.drop();
});

it('an edited dead letter that still fails, one that is no JSON, and one that is not there', async () => {
  const file = path.join(folder, 'edited.json');
  await writeFile(file, JSON.stringify({ generation_id: randomUUID(), action: 'no such action' }));
  await expectRefused(['dead-letters', 'fix', String(letter), '--data', file], /action.*Nothing was changed/s);
  await writeFile(file, '{');
  await expectRefused(['dead-letters', 'fix', String(letter), '--data', file], /edited\.json is not JSON; nothing was changed/);
  await expectRefused(['dead-letters', 'discard', '999999', '--reason', 'gone'], /there is no dead letter 999999|no dead letter/);
});

it('somebody who is not known', async () => {
  await expectRefused(['erase', '--user', 'nobody at all'], /^Nothing is known of a person with this id: nothing was erased/);
  await expectRefused(['person', 'export', '--user', 'nobody at all'], /[Nn]othing is known/);
});
