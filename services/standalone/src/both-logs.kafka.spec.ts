import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ApiClient } from '@picly/api-client';
import { createPool, startEmbeddedPostgres, type EmbeddedPostgres } from '@picly/database';
import { startService, type ServiceHandle } from '@picly/platform';
import { digestTables, schemaOf, type TableSpec } from '@picly/projections';
import { describeWithEmptyKafka, seededRandom } from '@picly/testing';
import { readStandaloneConfig } from './config';
import { happen } from './demo/world/world';
import type { WorldEvent } from './demo/world/event';
import { standalone } from './standalone.module';

const WORLD = { seed: 'both logs', events: 2_500, days: 5, until: Date.UTC(2026, 0, 31) };
const BATCH = 250;
/** When an event was received differs between two systems; within one log it is a fact. */
const WITH_TIME_OF_RECEIPT: readonly string[] = ['generations', 'ratings'];

/** Everything that happens in the world once, in the order in which it arrives. */
function worldEvents(): WorldEvent[] {
  return [...happen(WORLD)].filter((delivery) => !delivery.repeat).map((delivery) => delivery.event);
}

/** In any order, and a fifth of the events twice. */
function disturbed(events: readonly WorldEvent[], seed: number): WorldEvent[] {
  const random = seededRandom(seed);
  return [...events, ...events.filter(() => random() < 0.2)]
    .map((event) => ({ event, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ event }) => event);
}

async function send(service: ServiceHandle, events: readonly WorldEvent[]): Promise<void> {
  const client = new ApiClient({ baseUrl: service.url });
  for (let from = 0; from < events.length; from += BATCH) {
    const answer = await client.post<{ results: { status: string }[] }>('/api/analytics/batch', {
      events: events.slice(from, from + BATCH),
    });
    expect(answer.results.filter(({ status }) => status !== 'accepted')).toEqual([]);
  }
}

interface Status {
  readonly data: readonly { readonly projection: string; readonly lag_events: number; readonly dead_letters: number }[];
}

/** Resolves when every projection has folded all there is. */
async function whenFolded(service: ServiceHandle): Promise<Status['data']> {
  const client = new ApiClient({ baseUrl: service.url });
  for (;;) {
    const { data } = await client.get<Status>('/api/analytics/admin/projections');
    if (data.every((projection) => projection.lag_events === 0)) return data;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function comparable(table: TableSpec): TableSpec {
  return WITH_TIME_OF_RECEIPT.includes(table.name) ? { ...table, except: [...(table.except ?? []), 'recorded_at'] } : table;
}

async function digests(url: string): Promise<Record<string, string>> {
  const pool = createPool({ url, maxConnections: 1 });
  const all: Record<string, string> = {};
  // Receipts say when and where events were accepted, which is different every time.
  for (const projection of standalone.projections.filter(({ name }) => name !== 'receipts')) {
    for (const { table, rows, digest } of await digestTables(pool, schemaOf(projection), projection.tables.map(comparable))) {
      all[`${projection.name}.${table}`] = `${rows} rows, ${digest}`;
    }
  }
  await pool.close();
  return all;
}

describeWithEmptyKafka('the embedded log and Kafka', ({ brokers }) => {
  let postgres: EmbeddedPostgres;
  let dataDir: string;

  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'picly-both-logs-'));
    postgres = await startEmbeddedPostgres({ dataDir, durable: false });
  });

  afterAll(async () => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function readModelsAfter(
    name: string,
    environment: Record<string, string>,
    events: readonly WorldEvent[],
  ): Promise<Record<string, string>> {
    const admin = createPool({ url: postgres.url, maxConnections: 1 });
    await admin.query(`create database ${name}`);
    await admin.close();
    const url = new URL(postgres.url);
    url.pathname = `/${name}`;
    const config = readStandaloneConfig({ PORT: '0', LOG_LEVEL: 'fatal', LOG_PARTITIONS: '4', DATABASE_URL: url.href, ...environment });
    const service = await startService(standalone, config);
    try {
      await send(service, events);
      const status = await whenFolded(service);
      expect(status.filter((projection) => projection.dead_letters > 0)).toEqual([]);
      return await digests(url.href);
    } finally {
      await service.close();
    }
  }

  it('give identical read models, although one of them gets the events shuffled and partly twice', async () => {
    const events = worldEvents();
    const embedded = await readModelsAfter('embedded', {}, events);
    const kafka = await readModelsAfter('kafka', { KAFKA_BROKERS: brokers.join(',') }, disturbed(events, 7));
    expect(Object.keys(embedded).length).toBeGreaterThan(15);
    expect(kafka).toEqual(embedded);
  }, 180_000);
});
