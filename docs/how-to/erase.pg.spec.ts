import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ApiClient } from '@picly/api-client';
import { createPool, startEmbeddedPostgres, type DatabasePool, type EmbeddedPostgres } from '@picly/database';
import { createLogger, startService, type ServiceHandle } from '@picly/platform';
import { runPage } from '@picly/testing';
import { readStandaloneConfig } from '../../services/standalone/src/config';
import { standalone } from '../../services/standalone/src/standalone.module';
import { eventsOf, generationOf, type MarkedPerson } from '../../services/standalone/src/testing/person-events';
import { filesWith, tablesWith, type Needles } from '../../services/standalone/src/testing/traces.queries';

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

const personOf = (name: string): MarkedPerson => ({ userId: name, mark: secretOf(name) });
const traceOf = (word: string): Needles => ({ [word]: Buffer.from(word) });

async function settled(client: ApiClient): Promise<void> {
  for (;;) {
    const { data } = await client.get<{ data: readonly { lag_events: number }[] }>('/api/analytics/admin/projections');
    if (data.every((projection) => projection.lag_events === 0)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

it('the page works as it is written, and leaves nothing of the erased anywhere', async () => {
  const client = new ApiClient({ baseUrl: service.url });
  const people = ['ann', 'bob', 'eve'];
  const events = people.flatMap((name, n) => eventsOf(personOf(name), 3 * n));
  const answer = await client.post<{ results: { status: string }[] }>('/api/analytics/batch', { events });
  expect(answer.results.filter(({ status }) => status !== 'accepted')).toEqual([]);
  await settled(client);
  const before = await client.get<Record<string, unknown>>('/api/analytics/ratings/summary');
  for (const name of people) expect((await tablesWith(pool, traceOf(secretOf(name)))).length).toBeGreaterThan(10);

  const said = await runPage('docs/how-to/erase.md', { cwd: folder, env: { PICLY_URL: service.url } });
  expect(said).toMatch(/erasure [0-9a-f-]{36}: done/);
  expect(said).toMatch(/prompt-analytics v\d+\s+refolded/);

  const document = await readFile(path.join(folder, 'ann.json'), 'utf8');
  const exported = JSON.parse(document) as { events: { type: string; data: object }[]; rows: Record<string, unknown[]> };
  expect(exported.events).toHaveLength(eventsOf(personOf('ann'), 0).length);
  for (const word of ['prompt', 'feedback', "nobody's feedback", 'error', 'parameters', 'context'])
    expect(document).toContain(`${word} ${secretOf('ann')}`);
  expect(document).not.toContain(secretOf('bob'));
  expect(exported.rows['users']).toMatchObject([{ user_id: 'ann' }]);
  await rm(path.join(folder, 'ann.json'));

  for (const gone of ['ann', 'bob'])
    expect({ gone, tables: await tablesWith(pool, traceOf(secretOf(gone))) }).toEqual({ gone, tables: [] });
  expect((await tablesWith(pool, traceOf(secretOf('eve')))).length).toBeGreaterThan(10);
  expect((await tablesWith(pool, traceOf('user:ann'))).concat(await tablesWith(pool, traceOf('user:bob')))).toEqual([]);
  for (const name of people) expect(logged.includes(secretOf(name))).toBe(false);
  await pool.query('checkpoint');
  expect(await filesWith(path.join(folder, 'data'), traceOf(secretOf('bob')))).toEqual([]);
  expect((await filesWith(path.join(folder, 'data'), traceOf(secretOf('eve')))).length).toBeGreaterThan(0);

  const after = await client.get<Record<string, unknown>>('/api/analytics/ratings/summary');
  expect(after['data']).toMatchObject((before['data'] as object[]).map(() => ({ count: 6, avg: 4.5 })));
  const late = client.post('/api/analytics/rate', { generation_id: generationOf(0), rating: 1, user_id: 'ann' });
  await expect(late).rejects.toMatchObject({ status: 410, problem: 'person_erased' });
}, 180_000);
