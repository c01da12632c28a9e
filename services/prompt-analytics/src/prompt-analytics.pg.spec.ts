import { createPool, type DatabasePool } from '@picly/database';
import { promptHash } from '@picly/prompt-text';
import { COMMON_CONFIG, readConfig, startService, type ServiceHandle } from '@picly/platform';
import { foldEvents } from '@picly/projections';
import { anEvent, createTestDatabase, uuidOf, type TestDatabase } from '@picly/testing';
import { promptAnalyticsService } from './prompt-analytics.module';
import { promptAnalytics } from './projection/prompt-analytics.projection';

const G1 = uuidOf(1, 0xa);
const NOON = Date.UTC(2026, 0, 1, 12);

describe('the API of prompt analytics', () => {
  let database: TestDatabase;
  let pool: DatabasePool;
  let service: ServiceHandle;
  beforeAll(async () => {
    database = await createTestDatabase();
    const config = readConfig(COMMON_CONFIG, { DATABASE_URL: database.url, PORT: '0', LOG_LEVEL: 'silent', LOG_PARTITIONS: '1' });
    service = await startService(promptAnalyticsService, config);
    pool = createPool({ url: database.url, maxConnections: 1 });
    await foldEvents(pool, promptAnalytics, [
      anEvent('generation-completed', { generation_id: G1, prompt: '=a red fox' }, { occurredAt: NOON }),
      ...['ann', 'bob', 'cyd', 'dan', 'eve'].map((user_id, k) =>
        anEvent(
          'rating-submitted',
          { generation_id: G1, user_id, rating: 5 - (k % 2), quality_score: 90, tags: ['colors'], time_to_rate_ms: 1000 * (k + 1) },
          { occurredAt: NOON + k },
        ),
      ),
      anEvent('action-tracked', { generation_id: G1, action: 'download' }, { occurredAt: NOON }),
    ]);
  });
  afterAll(async () => {
    await service.close();
    await pool.close();
    await database.drop();
  });

  const get = (path: string): Promise<Response> => fetch(`${service.url}/api/analytics/${path}`);
  const bodyOf = async (path: string): Promise<Record<string, unknown>> => (await (await get(path)).json()) as Record<string, unknown>;

  it('answers top prompts of an engine with their ratings, downloads and shares', async () => {
    expect(await bodyOf('top-prompts?engine=flux-pro&min_ratings=5&limit=50')).toMatchObject({
      data: [
        {
          prompt: '=a red fox',
          prompt_hash: promptHash('=a red fox'),
          engines: ['flux-pro'],
          rating_count: 5,
          avg_rating: 4.6,
          quality_avg: 90,
          rating_distribution: [0, 0, 0, 2, 3],
          success_rate: 1,
          generations: 1,
          download_rate: 1,
          share_rate: 0,
        },
      ],
      next_cursor: null,
      as_of: { lag_events: 0 },
    });
  });

  it('answers prompt suggestions of an engine, each with its reason', async () => {
    expect(await bodyOf('prompt-suggestions?engine=flux-pro&limit=5')).toMatchObject({
      data: [
        { prompt: '=a red fox', avg_rating: 4.6, success_rate: 1, rating_count: 5, reason: expect.stringContaining('5 of 5') as string },
      ],
    });
  });

  it('answers one prompt, with similar ones, and 404 for what nobody prompted', async () => {
    expect(await bodyOf(`prompts/${promptHash('=a red fox')}`)).toMatchObject({
      tags: [{ tag: 'colors', count: 5 }],
      similar: [],
      as_of: {},
    });
    expect((await get(`prompts/${'0'.repeat(32)}`)).status).toBe(404);
    expect((await get('prompts/x%00y')).status).toBe(404);
  });

  it('answers similar prompts and searches', async () => {
    expect(await bodyOf('prompts/similar?prompt=fox&limit=3')).toMatchObject({ data: [{ prompt: '=a red fox' }] });
    expect(await bodyOf('prompts?search=fo')).toMatchObject({ data: [{ prompt: '=a red fox' }] });
  });

  it('answers summaries of ratings and actions', async () => {
    expect(await bodyOf('ratings/summary?engine=flux-pro&group_by=day&tz=Asia/Singapore')).toMatchObject({
      data: [
        {
          day: '2026-01-01',
          count: 5,
          avg: 4.6,
          distribution: [0, 0, 0, 2, 3],
          success_rate: 1,
          quality_avg: 90,
          feedback_count: 0,
          median_time_to_rate: 3,
        },
      ],
    });
    expect(await bodyOf('actions/summary?from=2026-01-01&to=2026-01-02')).toMatchObject({
      data: [{ generations: 1, downloads: 1, download_rate: 1 }],
    });
  });

  it('answers the facts and the history of a generation', async () => {
    const page = await bodyOf(`ratings?generation_id=${G1}&limit=2`);
    expect(page).toMatchObject({
      data: [{ rating: 5, cost: 0.08, downloads: 1 }, { rating: 4 }],
      next_cursor: expect.any(String) as string,
    });
    expect(await bodyOf(`ratings?cursor=${String(page['next_cursor'])}`)).toMatchObject({ next_cursor: null });
    expect(await bodyOf(`ratings/${G1}/history`)).toMatchObject({ data: new Array(5).fill({ current: true }) });
    expect((await get(`ratings/${uuidOf(99)}/history`)).status).toBe(404);
  });

  it('makes formulas harmless in CSV', async () => {
    expect(await (await get('ratings?format=csv')).text()).toContain(`'=a red fox`);
  });

  it.each([
    'top-prompts?limit=1001',
    'top-prompts?sort=colour',
    'ratings?cursor=nonsense',
    'ratings?generation_id=1',
    'ratings/summary?group_by=x',
    'prompts/similar',
  ])('refuses %s', async (path) => {
    expect((await get(path)).status).toBe(400);
  });
});
