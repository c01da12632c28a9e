import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ApiClient } from '@picly/api-client';
import { createPool, startEmbeddedPostgres, type DatabasePool, type EmbeddedPostgres } from '@picly/database';
import { createLogger, startService, type ServiceHandle } from '@picly/platform';
import { runPage } from '@picly/testing';
import { readStandaloneConfig } from '../../services/standalone/src/config';
import { standalone } from '../../services/standalone/src/standalone.module';

const GENERATION = '0190a2c4-5b1e-7c3a-9f10-2b6d1e8a4c0';
/** Found nowhere else, and neither is anything that contains it. */
const secretOf = (name: string): string => `zebra-${name}-xyzzy`;

let folder: string;
let postgres: EmbeddedPostgres;
let service: ServiceHandle;
let pool: DatabasePool;
let logged = '';

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'picly-erase-'));
  postgres = await startEmbeddedPostgres({ dataDir: path.join(folder, 'data'), durable: false });
  const config = readStandaloneConfig({ PORT: '0', DATABASE_URL: postgres.url, LOG_PARTITIONS: '2' });
  const logger = createLogger({ name: 'test', level: 'trace', destination: { write: (line) => void (logged += line) } });
  service = await startService(standalone, config, { logger });
  pool = createPool({ url: postgres.url, maxConnections: 4 });
});
afterAll(async () => {
  await pool.close();
  await service.close();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Every kind of event of a person, each free field with a word of theirs, some of them wrong. */
function eventsOf(name: string, n: number): Record<string, unknown>[] {
  const secret = secretOf(name);
  const who = { user_id: name, session_id: `visit-${secret}`, context: { told: `context ${secret}` } };
  const call = { engine: 'flux-pro', response_time: 1, cost: 0.1, revenue: 0.2 };
  const generation_id = `${GENERATION}${n}`;
  const parameters = { negative: `parameters ${secret}` };
  return [
    {
      type: 'generation',
      ...who,
      ...call,
      generation_id,
      prompt: `prompt ${secret}`,
      success: true,
      image_url: `https://x/${secret}`,
      parameters,
    },
    {
      type: 'generation',
      ...who,
      ...call,
      generation_id: `${GENERATION}${n + 1}`,
      prompt: 'a red fox',
      success: false,
      error: `error ${secret}`,
    },
    { type: 'rate', ...who, generation_id, rating: 5, feedback: `feedback ${secret}`, tags: ['colors'] },
    { type: 'rate', generation_id, rating: 4, feedback: `nobody's feedback ${secret}` },
    { type: 'action', ...who, generation_id, action: 'download', details: { by: secret } },
    { type: 'behavior', ...who, action: 'click', page: `/${secret}`, details: { by: secret }, device: { model: secret } },
    { type: 'behavior', session_id: who.session_id, action: 'help', page: `/before/${secret}` },
    { type: 'engine-metric', ...who, ...call, success: false, error: `call ${secret}` },
    { type: 'user', ...who, plan: 'pro', traits: { nick: secret } },
    { type: 'exposure', ...who, experiment: 'button', variant: 'a' },
    { type: 'conversion', ...who, metric: 'purchase' },
  ];
}

async function settled(client: ApiClient): Promise<void> {
  for (;;) {
    const { data } = await client.get<{ data: readonly { lag_events: number }[] }>('/api/analytics/admin/projections');
    if (data.every((projection) => projection.lag_events === 0)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Tables with the word in some row, as text. */
async function tablesWith(word: string): Promise<string[]> {
  const tables = await pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')
     union all select 'pg_catalog.pg_stats' union all select 'pg_catalog.pg_stat_activity'`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await pool.query(
      `select from ${name} t where t::text like '%' || $1::text || '%' and t::text not like '%picly-search%' limit 1`,
      [word],
    );
    if (rows.length > 0) found.push(name);
  }
  return found;
}

/** Files of the database (tables, indexes, write-ahead log) with the word in them. */
async function filesWith(word: string): Promise<string[]> {
  const { execFile } = await import('node:child_process');
  const { promisify } = await import('node:util');
  const answer = await promisify(execFile)('grep', ['-rlaF', word, path.join(folder, 'data')]).catch(
    (error: { code?: number; stdout?: string }) => {
      if (error.code === 1) return { stdout: '' };
      throw error;
    },
  );
  return (answer.stdout ?? '')
    .split('\n')
    .filter(Boolean)
    .map((file) => path.relative(folder, file));
}

it('the page works as it is written, and leaves nothing of the erased anywhere', async () => {
  const client = new ApiClient({ baseUrl: service.url });
  const people = ['ann', 'bob', 'eve'];
  const events = people.flatMap((name, n) => eventsOf(name, 3 * n));
  const answer = await client.post<{ results: { status: string }[] }>('/api/analytics/batch', { events });
  expect(answer.results.filter(({ status }) => status !== 'accepted')).toEqual([]);
  await settled(client);
  const before = await client.get<Record<string, unknown>>('/api/analytics/ratings/summary');
  for (const name of people) expect((await tablesWith(secretOf(name))).length).toBeGreaterThan(10);

  const said = await runPage('docs/how-to/erase.md', { cwd: folder, env: { PICLY_URL: service.url } });
  expect(said).toMatch(/erasure [0-9a-f-]{36}: done/);
  expect(said).toMatch(/prompt-analytics v\d+\s+refolded/);

  const document = await readFile(path.join(folder, 'ann.json'), 'utf8');
  const exported = JSON.parse(document) as { events: { type: string; data: object }[]; rows: Record<string, unknown[]> };
  expect(exported.events).toHaveLength(eventsOf('ann', 0).length);
  for (const word of ['prompt', 'feedback', "nobody's feedback", 'error', 'parameters', 'context'])
    expect(document).toContain(`${word} ${secretOf('ann')}`);
  expect(document).not.toContain(secretOf('bob'));
  expect(exported.rows['users']).toMatchObject([{ user_id: 'ann' }]);
  await rm(path.join(folder, 'ann.json'));

  for (const gone of ['ann', 'bob']) expect({ gone, tables: await tablesWith(secretOf(gone)) }).toEqual({ gone, tables: [] });
  expect((await tablesWith(secretOf('eve'))).length).toBeGreaterThan(10);
  expect((await tablesWith('user:ann')).concat(await tablesWith('user:bob'))).toEqual([]);
  for (const name of people) expect(logged.includes(secretOf(name))).toBe(false);
  await pool.query('checkpoint');
  expect(await filesWith(secretOf('bob'))).toEqual([]);
  expect((await filesWith(secretOf('eve'))).length).toBeGreaterThan(0);

  const after = await client.get<Record<string, unknown>>('/api/analytics/ratings/summary');
  expect(after['data']).toMatchObject((before['data'] as object[]).map(() => ({ count: 6, avg: 4.5 })));
  const late = client.post('/api/analytics/rate', { generation_id: `${GENERATION}0`, rating: 1, user_id: 'ann' });
  await expect(late).rejects.toMatchObject({ status: 410, problem: 'person_erased' });
}, 180_000);
