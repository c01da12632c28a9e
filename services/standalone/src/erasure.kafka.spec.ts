import { setTimeout as sleep } from 'node:timers/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ApiClient, patiently } from '@picly/api-client';
import { EVENT_TYPES } from '@picly/contracts';
import { createPool, startEmbeddedPostgres, type EmbeddedPostgres } from '@picly/database';
import { createKafkaLog } from '@picly/event-log';
import { startService } from '@picly/platform';
import { describeWithEmptyKafka } from '@picly/testing';
import { readStandaloneConfig } from './config';
import { standalone } from './standalone.module';
import { filesWith, tablesWith } from './testing/traces.queries';

const GENERATION = '0190a2c4-5b1e-7c3a-9f10-2b6d1e8a4c0';
const call = { engine: 'flux', success: true, response_time: 1, cost: 0, revenue: 0 };

describeWithEmptyKafka('a person who is erased, on Kafka', ({ brokers, dataDir: segments }) => {
  let postgres: EmbeddedPostgres;
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'picly-erasure-kafka-'));
    postgres = await startEmbeddedPostgres({ dataDir, durable: false });
  });
  afterAll(async () => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('is in no table and cannot be read from the topics, and everybody else can', async () => {
    const environment = { DATABASE_URL: postgres.url, KAFKA_BROKERS: brokers.join(','), LOG_PARTITIONS: '4' };
    const service = await startService(standalone, readStandaloneConfig({ PORT: '0', LOG_LEVEL: 'fatal', ...environment }));
    const pool = createPool({ url: postgres.url, maxConnections: 2 });
    const log = await createKafkaLog({ brokers, clientId: 'picly.test' });
    try {
      const client = new ApiClient({ baseUrl: service.url });
      const events = ['ann', 'bob'].flatMap((user_id, n) => [
        {
          type: 'generation',
          ...call,
          generation_id: `${GENERATION}${n}`,
          prompt: `a zebra of ${user_id}`,
          user_id,
          session_id: `visit of ${user_id}`,
        },
        { type: 'rate', generation_id: `${GENERATION}${n}`, rating: 5, feedback: `the zebra of ${user_id}`, user_id },
        { type: 'behavior', session_id: `visit of ${user_id}`, action: 'click', page: `/zebra of ${user_id}` },
      ]);
      const { position } = await client.post<{ position: string }>('/api/analytics/batch', { events });
      await patiently(() => client.get('/api/analytics/ratings', { after: position }));
      let receipt = await client.post<{ id: string; state: string; events: number; keys_destroyed: number }>(
        '/api/analytics/admin/erasure',
        {
          user_id: 'ann',
        },
      );
      while (receipt.state !== 'done') {
        await sleep(100);
        receipt = await client.get(`/api/analytics/admin/erasure/${receipt.id}`);
      }
      expect(receipt).toMatchObject({ events: 3, keys_destroyed: 2 });

      const traces = (user: string) => ({ words: Buffer.from(`of ${user}`), id: Buffer.from(`user:${user}`) });
      expect(await tablesWith(pool, traces('ann'))).toEqual([]);
      expect((await tablesWith(pool, traces('bob'))).length).toBeGreaterThan(5);
      if (segments !== undefined) {
        const raw = { prompt: Buffer.from('zebra of ann'), visit: Buffer.from('visit of ann'), generation: Buffer.from(`${GENERATION}0`) };
        // What is not personal is seen, so the rest would be.
        const found = await filesWith(segments, raw);
        expect(found.length).toBeGreaterThan(1);
        expect(found.filter((line) => !line.startsWith('generation in '))).toEqual([]);
      }

      const bounds = await log.bounds(EVENT_TYPES.map((type) => `picly.${type}`));
      const from = bounds.flatMap(({ topic, partition, start, end }) => (end > start ? [{ topic, partition, offset: start }] : []));
      const records = (await log.read({ from, maxRecords: 1_000, maxWaitMs: 5_000 })).flatMap((batch) => batch.records);
      expect(records.length).toBeGreaterThan(0);
      for (const { key, value, headers } of records)
        expect(`${key} ${value.toString()} ${JSON.stringify(headers)}`).not.toMatch(/ann|bob|zebra/);
    } finally {
      await log.close();
      await pool.close();
      await service.close();
    }
  }, 180_000);
});
