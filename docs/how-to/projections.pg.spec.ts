import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from '@picly/api-client';
import { createPool, type DatabasePool } from '@picly/database';
import { startService, type ServiceHandle } from '@picly/platform';
import type { Checks } from '@picly/projections';
import { createTestDatabase, runPage, type TestDatabase } from '@picly/testing';
import { readStandaloneConfig } from '../../services/standalone/src/config';
import { happen } from '../../services/standalone/src/demo/world/world';
import { standalone } from '../../services/standalone/src/standalone.module';

const EVENTS = 1_200;

let database: TestDatabase;
let service: ServiceHandle;
let pool: DatabasePool;
let folder: string;

jest.setTimeout(240_000);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'picly-projections-'));
  database = await createTestDatabase();
  pool = createPool({ url: database.url, maxConnections: 2 });
  const config = readStandaloneConfig({
    PORT: '0',
    DATABASE_URL: database.url,
    LOG_LEVEL: 'silent',
    LOG_PARTITIONS: '2',
    AUDIT_INTERVAL_S: '0',
  });
  service = await startService(standalone, config);
  const client = new ApiClient({ baseUrl: service.url });
  const events = [...happen({ seed: 'projections', events: EVENTS, days: 3, until: Date.UTC(2026, 0, 31) })].map(({ event }) => event);
  for (let from = 0; from < events.length; from += 400)
    await client.post('/api/analytics/batch', { events: events.slice(from, from + 400) });
  for (;;) {
    const { data } = await client.get<{ data: { lag_events: number }[] }>('/api/analytics/admin/projections');
    if (data.every((projection) => projection.lag_events === 0)) return;
    await sleep(100);
  }
});
afterAll(async () => {
  await service.close();
  await pool.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const page = (name: string): Promise<string> =>
  runPage(`docs/how-to/${name}.md`, { cwd: folder, env: { PICLY_URL: service.url }, timeoutMs: 200_000 });

it('the page on verifying works as written, and a healthy world breaks no rule', async () => {
  const said = await page('verify');
  expect(said).toContain('model-performance: equal to version 2 after the same events');
  expect(said).toMatch(/prompt-analytics v2 +engines-of-a-prompt-add-up-to-its-total +0 rows/);
  const { audits, verifications } = await new ApiClient({ baseUrl: service.url }).get<Checks>('/api/analytics/admin/projections/checks');
  expect(new Set(audits.map(({ projection }) => projection))).toEqual(new Set(standalone.projections.map(({ name }) => name)));
  expect(audits.filter(({ offending, error }) => offending !== 0 || error !== null)).toEqual([]);
  expect(verifications).toMatchObject([{ projection: 'model-performance', differences: 0 }]);
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  expect(metrics).toMatch(/picly_projection_verify_differing_rows{projection="model-performance",[^}]*} 0/);
  expect(metrics).toMatch(/picly_projection_audit_offending_rows{projection="receipts",audit="every-event-is-accounted-for",[^}]*} 0/);
});

it('a row that was changed is found by both, and named', async () => {
  await pool.query(
    'update model_performance_v2.model_performance set calls = calls + 1 where ctid = (select ctid from model_performance_v2.model_performance limit 1)',
  );
  await expect(page('verify')).rejects.toThrow(/1 row differs from version 2 after the same events \(1 in model_performance\)[^]*"day"/);
});

it('the page on rebuilding works as written, and mends the row', async () => {
  const said = await page('rebuild');
  expect(said).toMatch(
    /model-performance: readers see version \d; 1 row differs from version 2 after the same events \(1 in model_performance\)/,
  );
  expect(said).toContain('version 2 of model-performance (model_performance_v2) is gone');
  expect(said).toContain('the copy is in schema picly_before_all');
});

it('the page on rolling back works as written', async () => {
  const said = await page('roll-back');
  expect(said.match(/model-performance: readers see version/g)).toHaveLength(3);
  expect(said).toMatch(/version \d of model-performance .* is gone/);
});

it('bad input is a sentence and an exit code, and changes nothing', async () => {
  const before = await pool.query('select projection, version from runtime.projection_versions order by 1, 2');
  const client = new ApiClient({ baseUrl: service.url });
  await expect(client.post('/api/analytics/admin/projections/rebuild', { projections: ['no-such'] })).rejects.toThrow(
    /^there is no projection no-such; there are /,
  );
  await expect(client.post('/api/analytics/admin/projections/model-performance/drop', { version: 99 })).rejects.toThrow(
    'there is no version 99 of model-performance',
  );
  await expect(
    client.post('/api/analytics/admin/projections/model-performance/copy', { label: 'X Y', until: '2026-01-01T00:00:00Z' }),
  ).rejects.toThrow('/label');
  await expect(client.post('/api/analytics/admin/projections/model-performance/cancel', {})).rejects.toThrow(
    'nothing is under way for model-performance',
  );
  expect(await pool.query('select projection, version from runtime.projection_versions order by 1, 2')).toEqual(before);
});
