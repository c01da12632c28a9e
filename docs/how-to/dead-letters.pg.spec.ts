import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPostgresLog } from '@picly/event-log';
import { startService, type ServiceHandle } from '@picly/platform';
import { DEAD_LETTER_CAUSES } from '@picly/projections';
import { createTestDatabase, runPage, scriptOf, type TestDatabase } from '@picly/testing';
import { readStandaloneConfig } from '../../services/standalone/src/config';
import { standalone } from '../../services/standalone/src/standalone.module';
import { readFile } from 'node:fs/promises';

const PAGE = 'docs/how-to/dead-letters.md';
const HEADERS = { ce_specversion: '1.0', ce_type: 'action-tracked', ce_time: '2026-01-01T00:00:00Z', ce_dataversion: '1' };

let database: TestDatabase;
let service: ServiceHandle;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'picly-dead-letters-'));
  database = await createTestDatabase();
  const config = readStandaloneConfig({ PORT: '0', DATABASE_URL: database.url, LOG_LEVEL: 'silent', LOG_PARTITIONS: '2' });
  service = await startService(standalone, config);
});
afterAll(async () => {
  await service.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

async function letters(): Promise<readonly unknown[]> {
  const answer = await fetch(`${service.url}/api/analytics/admin/dead-letters`);
  return ((await answer.json()) as { readonly data: readonly unknown[] }).data;
}

/** A status may know the ends of the log as they were a quarter of a second before. */
const ENDS_AGE_MS = 300;

/** Every view has folded everything that is in the log now. */
async function folded(): Promise<void> {
  await sleep(ENDS_AGE_MS);
  for (;;) {
    const answer = await fetch(`${service.url}/api/analytics/admin/projections`);
    const { data } = (await answer.json()) as { readonly data: readonly { readonly lag_events: number | null }[] };
    if (data.every(({ lag_events: lag }) => lag === 0)) return;
    await sleep(100);
  }
}

jest.setTimeout(240_000);

it('the page on dead letters works as written', async () => {
  const log = await createPostgresLog({ url: database.url });
  const broken = { topic: 'picly.action-tracked', value: Buffer.from('{"action":'), timestamp: Date.now() };
  await log.append([
    { ...broken, key: 'one', headers: { ...HEADERS, ce_id: randomUUID() } },
    { ...broken, key: 'two', headers: { ...HEADERS, ce_id: randomUUID() } },
  ]);
  await log.close();
  await folded();
  const before = await letters();
  const said = await runPage(PAGE, { cwd: folder, env: { PICLY_URL: service.url } });
  expect(said).toContain('cannot be read; the bytes as they came:\n{"action":');
  expect(said).toMatch(/is fixed: 1 event folded/);
  expect(said).toMatch(/is discarded: 0 events folded/);
  expect(said).toMatch(/fix .* cut off by a proxy/);
  expect(await letters()).toHaveLength(before.length - 2);
});

it('the page names every cause', async () => {
  const text = await readFile(path.join(__dirname, 'dead-letters.md'), 'utf8');
  for (const [cause, meaning] of Object.entries(DEAD_LETTER_CAUSES)) expect(text).toContain(`| \`${cause}\` | ${meaning} |`);
  expect(await scriptOf(PAGE)).toContain('dead-letters fix');
});
