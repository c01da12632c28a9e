import { createPool, type DatabasePool } from '@picly/database';
import { COMMON_CONFIG, readConfig, startService, type ServiceHandle } from '@picly/platform';
import { foldEvents } from '@picly/projections';
import { anEvent, createTestDatabase, type TestDatabase } from '@picly/testing';
import { experimentsService } from './experiments.module';
import { readDefinition, type ExperimentDefinition } from '@picly/experiments';
import { experimentResults } from './results/experiment-results.projection';
import { experiments } from './views/experiments/experiments.projection';

const DEFINITION = {
  ...(readDefinition('colour', {
    hypothesis: 'green sells',
    arms: [
      { key: 'a', weight: 0.2 },
      { key: 'b', weight: 0.8 },
    ],
    primary_metric: 'converted:purchase',
    secondary_metrics: ['revenue'],
    guardrails: [{ metric: 'rating', tolerated_harm: 0.01 }],
  }) as ExperimentDefinition),
};
const changed = (experiment: string, revision: number, state: 'draft' | 'running') =>
  anEvent('experiment-changed', { experiment, revision, state, definition: DEFINITION }, { occurredAt: Date.UTC(2026, 0, 1, revision) });

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
    await foldEvents(pool, experimentResults, [
      changed('colour', 1, 'draft'),
      changed('colour', 2, 'running'),
      changed('later', 1, 'draft'),
    ]);
    await foldEvents(pool, experiments, [anEvent('experiment-exposed', { experiment: 'colour', variant: 'a', user_id: 'ann' })]);
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
    expect(second).toMatchObject({ data: [{ experiment: 'colour', units: 1 }] });
    const rest = (await (await get('?limit=3')).json()) as { data: { experiment: string }[]; next_cursor: string };
    expect(rest.data.map(({ experiment }) => experiment)).toEqual(['button-colour', 'colour', 'later']);
    expect(await (await get(`?cursor=${rest.next_cursor}`)).json()).toMatchObject({
      data: [{ experiment: 'preise/März', state: null, definition: null }],
      next_cursor: null,
    });
  });

  it('shows what is said of those that are defined, exposed to or not', async () => {
    const said = {
      state: 'running',
      revision: 2,
      phase: { revision: 2, state: 'running', weights: { a: 0.2, b: 0.8 } },
      hypothesis: 'green sells',
      mode: 'test',
      unit: 'user',
      primary_metric: 'converted:purchase',
      secondary_metrics: ['revenue'],
      guardrails: [{ metric: 'rating', tolerated_harm: 0.01 }],
      definition: { arms: DEFINITION.arms, coverage: 1, currency: 'USD' },
    };
    const { data } = (await (await get('')).json()) as { data: { experiment: string }[] };
    expect(data.find(({ experiment }) => experiment === 'colour')).toMatchObject({ key: 'colour', exposures: 1, arms: ['a'], ...said });
    expect(await (await get('/colour')).json()).toMatchObject({ ...said, by_arm: [{ arm: 'a', units: 1 }], phases: [{ revision: 2 }] });
    expect(await (await get('/later')).json()).toMatchObject({
      state: 'draft',
      phase: null,
      exposures: 0,
      first_exposure_at: null,
      by_arm: [],
    });
    const csv = await (await get('?format=csv')).text();
    expect(csv.split('\n')[0]).toContain('experiment,first_exposure_at');
    expect(csv).toContain('green sells');
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

  it('knows none that is neither defined nor exposed to', async () => {
    expect((await get('/nobody')).status).toBe(404);
    expect((await get('/no%00body')).status).toBe(404);
  });
});
