import { createPool, type DatabasePool } from '@picly/database';
import { COMMON_CONFIG, readConfig, startService, type ServiceHandle } from '@picly/platform';
import { foldEvents } from '@picly/projections';
import { anEvent, createTestDatabase, uuidOf, type TestDatabase } from '@picly/testing';
import { modelPerformanceService } from './model-performance.module';
import { modelPerformance } from './views/model-performance/model-performance.projection';

describe('GET /api/analytics/models', () => {
  let database: TestDatabase;
  let pool: DatabasePool;
  let service: ServiceHandle;
  beforeAll(async () => {
    database = await createTestDatabase();
    const config = readConfig(COMMON_CONFIG, { DATABASE_URL: database.url, PORT: '0', LOG_LEVEL: 'silent', LOG_PARTITIONS: '1' });
    service = await startService(modelPerformanceService, config);
    pool = createPool({ url: database.url, maxConnections: 1 });
    await foldEvents(pool, modelPerformance, [
      anEvent(
        'generation-completed',
        { generation_id: uuidOf(1, 0xa), response_time_ms: 1_000 },
        { occurredAt: Date.UTC(2026, 0, 1, 23, 30) },
      ),
      anEvent('generation-completed', { generation_id: uuidOf(2, 0xa), response_time_ms: 3_000 }, { occurredAt: Date.UTC(2026, 0, 2, 12) }),
      anEvent('engine-call-measured', { engine: '=cmd', success: false, error: '429' }, { occurredAt: Date.UTC(2026, 0, 2, 12) }),
      anEvent('rating-submitted', { generation_id: uuidOf(1, 0xa), rating: 4, quality_score: 80 }),
    ]);
  });
  afterAll(async () => {
    await service.close();
    await pool.close();
    await database.drop();
  });

  const get = (path: string): Promise<Response> => fetch(`${service.url}/api/analytics/models${path}`);
  const dataOf = async (path: string): Promise<Record<string, unknown>[]> =>
    ((await (await get(path)).json()) as { data: Record<string, unknown>[] }).data;

  it('answers per engine and model version, with all that the contract names', async () => {
    const answer = (await (await get('')).json()) as { data: object[]; next_cursor: null; as_of: object };
    expect(answer.next_cursor).toBeNull();
    expect(answer.as_of).toMatchObject({ lag_events: 0 });
    expect(answer.data).toMatchObject([
      {
        engine: '=cmd',
        calls: 1,
        success_rate: 0,
        failure_rate: 1,
        failures_by_cause: { rate_limited: 1 },
        cost_per_success: null,
        margin_per_success: null,
        avg_rating: null,
      },
      {
        engine: 'flux-pro',
        model_version: '1.1',
        calls: 2,
        success_rate: 1,
        failure_rate: 0,
        p50: 2,
        p95: 2.9,
        cost: 0.16,
        revenue: 0.192,
        margin: 0.032,
        currency: 'USD',
        avg_rating: 4,
        quality_avg: 80,
        rating_count: 1,
        cost_per_success: 0.08,
        margin_per_success: expect.any(Number) as number,
        cost_per_well_rated: 0.08,
      },
    ]);
    expect(answer.data[1]).toHaveProperty('margin_rate', 0.032 / 0.192);
  });

  it('takes a range, an engine and a grouping', async () => {
    expect(await dataOf('?from=2026-01-02&group_by=total')).toMatchObject([{ engine: null, calls: 2 }]);
    expect(await dataOf('?engine=flux-pro&to=2026-01-02')).toMatchObject([{ calls: 1 }]);
  });

  it('answers day by day in the asked time zone', async () => {
    expect((await dataOf('/flux-pro/daily')).map((row) => [row['day'], row['calls']])).toEqual([
      ['2026-01-01', 1],
      ['2026-01-02', 1],
    ]);
    expect((await dataOf('/flux-pro/daily?tz=Asia/Singapore')).map((row) => [row['day'], row['calls']])).toEqual([['2026-01-02', 2]]);
    expect(await dataOf('/no%00body/daily')).toEqual([]);
  });

  it('answers in CSV, with formulas made harmless, and in NDJSON', async () => {
    const csv = await (await get('?format=csv')).text();
    expect(csv.split('\r\n')[0]).toMatch(/^engine,model_version,calls,successes/);
    expect(csv).toContain(`'=cmd`);
    const lines = (await (await get('?format=ndjson')).text()).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { engine: string }).engine)).toEqual(['=cmd', 'flux-pro']);
  });

  it('refuses what it does not know', async () => {
    for (const path of ['?colour=red', '?group_by=colour', '?from=yesterday', '?tz=Mars/Olympus', '/x/daily?group_by=total']) {
      expect([path, (await get(path)).status]).toEqual([path, 400]);
    }
  });
});
