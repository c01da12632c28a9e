import { createPool, type DatabasePool } from '@picly/database';
import { COMMON_CONFIG, readConfig, startService, type ServiceHandle } from '@picly/platform';
import { foldEvents } from '@picly/projections';
import { anEvent, createTestDatabase, type TestDatabase } from '@picly/testing';
import { experimentsService } from './experiments.module';
import { experiments } from './views/experiments/experiments.projection';

describe('GET /api/analytics/experiments', () => {
  let database: TestDatabase;
  let pool: DatabasePool;
  let service: ServiceHandle;
  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService(
      experimentsService,
      readConfig(COMMON_CONFIG, { DATABASE_URL: database.url, PORT: '0', LOG_LEVEL: 'silent', LOG_PARTITIONS: '1' }),
    );
    pool = createPool({ url: database.url, maxConnections: 1 });
    await foldEvents(pool, experiments, [
      anEvent('experiment-exposed', { variant: 'green', user_id: 'ann' }),
      anEvent('experiment-exposed', { variant: 'control', user_id: 'bob' }),
      anEvent('conversion-tracked', { user_id: 'ann' }),
      anEvent('experiment-exposed', { experiment: 'preise/März', user_id: 'ann' }),
    ]);
  });
  afterAll(async () => {
    await service.close();
    await pool.close();
    await database.drop();
  });

  const get = (path: string): Promise<Response> => fetch(`${service.url}/api/analytics/experiments${path}`);

  it('lists them page by page', async () => {
    const first = (await (await get('?limit=1')).json()) as { data: object[]; next_cursor: string };
    expect(first.data).toMatchObject([{ experiment: 'button-colour', units: 2, exposures: 2, conversions: 1, arms: ['control', 'green'] }]);
    const second = (await (await get(`?limit=1&cursor=${first.next_cursor}`)).json()) as object;
    expect(second).toMatchObject({ data: [{ experiment: 'preise/März' }], next_cursor: null });
  });

  it('answers one by its name, with people and conversions per arm', async () => {
    expect(await (await get('/button-colour')).json()).toMatchObject({
      experiment: 'button-colour',
      by_arm: [
        { arm: 'control', units: 1, metrics: [] },
        { arm: 'green', units: 1, metrics: [{ metric: 'purchase', conversions: 1, converted_units: 1, conversion_rate: 1, value_sum: 1 }] },
      ],
      units_in_several_arms: 0,
      as_of: { lag_events: 0 },
    });
    expect((await get(`/${encodeURIComponent('preise/März')}`)).status).toBe(200);
  });

  it('knows none that nobody was exposed to', async () => {
    expect((await get('/nobody')).status).toBe(404);
    expect((await get('/no%00body')).status).toBe(404);
  });
});
