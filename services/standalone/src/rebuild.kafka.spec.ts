import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from '@picly/api-client';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@picly/database';
import { startService, type ServiceHandle } from '@picly/platform';
import type { Job } from '@picly/projections';
import { describeWithEmptyKafka } from '@picly/testing';
import { readStandaloneConfig } from './config';
import { happen } from './demo/world/world';
import { standalone } from './standalone.module';

const PROJECTIONS = '/api/analytics/admin/projections';
const WORLD = { seed: 'rebuild on kafka', events: 1_200, days: 3, until: Date.UTC(2026, 0, 31) };

describeWithEmptyKafka('a rebuild from Kafka', ({ brokers }) => {
  let postgres: EmbeddedPostgres;
  let dataDir: string;
  let service: ServiceHandle;
  let client: ApiClient;

  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'picly-rebuild-kafka-'));
    postgres = await startEmbeddedPostgres({ dataDir, durable: false });
    const config = { PORT: '0', LOG_LEVEL: 'fatal', LOG_PARTITIONS: '2', DATABASE_URL: postgres.url, KAFKA_BROKERS: brokers.join(',') };
    service = await startService(standalone, readStandaloneConfig({ ...config, AUDIT_INTERVAL_S: '0' }));
    client = new ApiClient({ baseUrl: service.url });
  }, 120_000);

  afterAll(async () => {
    await service?.close();
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }, 60_000);

  async function send(from: number, to: number): Promise<void> {
    const events = [...happen(WORLD)].slice(from, to).map(({ event }) => event);
    for (let at = 0; at < events.length; at += 200) await client.post('/api/analytics/batch', { events: events.slice(at, at + 200) });
  }

  async function ended(jobs: readonly Job[]): Promise<Job[]> {
    const done: Job[] = [];
    for (const { id } of jobs) {
      let job = await client.get<Job>(`${PROJECTIONS}/jobs/${id}`);
      for (; !['done', 'failed', 'cancelled'].includes(job.state); job = await client.get<Job>(`${PROJECTIONS}/jobs/${id}`))
        await sleep(200);
      done.push(job);
    }
    return done;
  }

  it('of several read models at once, while events come in, makes equal versions and shows them', async () => {
    await send(0, 600);
    const { data } = await client.post<{ data: Job[] }>(`${PROJECTIONS}/rebuild`, {
      projections: ['prompt-analytics', 'model-performance'],
    });
    const writing = send(600, 1_400);
    const jobs = await ended(data);
    await writing;
    expect(
      jobs.map(({ projection, state, version, comparison }) => ({ projection, state, version, differences: comparison?.differences })),
    ).toEqual(['prompt-analytics', 'model-performance'].map((projection) => ({ projection, state: 'done', version: 3, differences: 0 })));
  }, 240_000);
});
