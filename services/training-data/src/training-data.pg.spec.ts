import { createPool, type DatabasePool } from '@picly/database';
import { COMMON_CONFIG, readConfig, startService, type ServiceHandle } from '@picly/platform';
import { foldEvents } from '@picly/projections';
import { anEvent, createTestDatabase, uuidOf, type TestDatabase } from '@picly/testing';
import { trainingDataService } from './training-data.module';
import { trainingData } from './views/training-data/training-data.projection';

interface Answer {
  readonly data: Record<string, unknown>[];
  readonly next_cursor: string | null;
  readonly as_of: { readonly lag_events: number };
}

describe('GET /api/analytics/training-data', () => {
  let database: TestDatabase;
  let pool: DatabasePool;
  let service: ServiceHandle;
  const rated = (n: number) => [
    anEvent('generation-completed', { generation_id: uuidOf(n, 0xa), prompt: `=prompt ${n % 10}, "oil painting"` }),
    anEvent('rating-submitted', { generation_id: uuidOf(n, 0xa), rating: 1 + (n % 5) }),
  ];
  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService(
      trainingDataService,
      readConfig(COMMON_CONFIG, { DATABASE_URL: database.url, PORT: '0', LOG_LEVEL: 'silent', LOG_PARTITIONS: '1' }),
    );
    pool = createPool({ url: database.url, maxConnections: 1 });
    await foldEvents(pool, trainingData, Array.from({ length: 25 }, (_, n) => rated(n)).flat());
  });
  afterAll(async () => {
    await service.close();
    await pool.close();
    await database.drop();
  });

  const get = (path: string): Promise<Response> => fetch(`${service.url}/api/analytics/training-data/${path}`);
  const answer = async (path: string): Promise<Answer> => (await (await get(path)).json()) as Answer;

  it('answers examples page by page, each once', async () => {
    const ids: unknown[] = [];
    let cursor: string | null = '';
    for (let page = 0; cursor !== null && page < 10; page++) {
      const read: Answer = await answer(`examples?limit=10${cursor === '' ? '' : `&cursor=${cursor}`}`);
      ids.push(...read.data.map((row) => row['generation_id']));
      cursor = read.next_cursor;
    }
    expect(new Set(ids).size).toBe(25);
    expect(ids).toHaveLength(25);
  });

  it('streams the whole set in every format, with the same rows', async () => {
    const json = await answer('export');
    const lines = (await (await get('export?format=ndjson')).text()).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(json.data);
    const csv = await (await get('export?format=csv')).text();
    expect(csv.split('\r\n')[0]).toMatch(/^generation_id,prompt,prompt_hash,engine/);
    expect(csv.trim().split('\r\n')).toHaveLength(26);
    expect(csv).toContain(`"'=prompt 0, ""oil painting"""`);
  });

  it('keeps the filters and sums up the same set', async () => {
    const validation = await answer('export?split=validation');
    const summary = await answer('summary');
    expect(summary.data.reduce((n, row) => n + Number(row['examples']), 0)).toBe(25);
    const [row] = summary.data.filter((each) => each['split'] === 'validation');
    expect(row?.['examples'] ?? 0).toBe(validation.data.length);
    expect((await answer('export?engine=nobody')).data).toEqual([]);
    expect((await answer('export?from=2100-01-01')).data).toEqual([]);
  });

  it('refuses a cursor of another list and words it does not know', async () => {
    for (const path of ['examples?cursor=nonsense', 'examples?split=test', 'examples?limit=1001', 'export?to=never']) {
      expect([path, (await get(path)).status]).toEqual([path, 400]);
    }
  });
});
