import { createPool, type DatabasePool } from '@picly/database';
import { COMMON_CONFIG, readConfig, startService, type ServiceHandle } from '@picly/platform';
import { foldEvents } from '@picly/projections';
import { anEvent, createTestDatabase, type TestDatabase } from '@picly/testing';
import { behaviorService } from './behavior.module';

interface Answer {
  readonly data: Record<string, unknown>[];
  readonly next_cursor: string | null;
  readonly definition?: { readonly active_user: string };
}

describe('GET /api/analytics/behavior and /engagement', () => {
  let database: TestDatabase;
  let pool: DatabasePool;
  let service: ServiceHandle;
  const at = (hour: number) => ({ occurredAt: Date.UTC(2026, 0, 1, hour) });
  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService(
      behaviorService,
      readConfig(COMMON_CONFIG, { DATABASE_URL: database.url, PORT: '0', LOG_LEVEL: 'silent', LOG_PARTITIONS: '1' }),
    );
    pool = createPool({ url: database.url, maxConnections: 1 });
    const events = [
      anEvent('behavior-tracked', { user_id: 'ann', device: { type: 'mobile', os: 'iOS' } }, at(10)),
      anEvent('behavior-tracked', { session_id: 'visit-2', action: 'scroll' }, at(22)),
      anEvent('rating-submitted', { user_id: 'bob' }, at(23)),
    ];
    for (const projection of behaviorService.projections) await foldEvents(pool, projection, events);
  });
  afterAll(async () => {
    await service.close();
    await pool.close();
    await database.drop();
  });

  const get = (path: string): Promise<Response> => fetch(`${service.url}/api/analytics/${path}`);
  const answer = async (path: string): Promise<Answer> => (await (await get(path)).json()) as Answer;

  it('answers interactions as facts, page by page', async () => {
    const first = await answer('behavior/events?limit=1');
    expect(first.data).toMatchObject([{ session_id: 'visit-1', user_id: 'ann', device_category: 'mobile', os: 'iOS', time: 5 }]);
    const second = await answer(`behavior/events?limit=1&cursor=${first.next_cursor}`);
    expect(second).toMatchObject({ data: [{ action: 'scroll' }], next_cursor: null });
    expect((await answer('behavior/events?user_id=ann&from=2026-01-01&to=2026-01-02')).data).toHaveLength(1);
  });

  it('sums interactions up by what is asked for', async () => {
    expect((await answer('behavior/summary')).data).toMatchObject([{ group: 'button_click', events: 1, share: 0.5 }, { group: 'scroll' }]);
    expect((await answer('behavior/summary?group_by=device')).data.map((row) => row['group'])).toEqual(['mobile', null]);
  });

  it('says who was active by day, and what active means', async () => {
    const utc = await answer('engagement/daily?from=2026-01-01&to=2026-01-03');
    expect(utc.data).toMatchObject([
      { day: '2026-01-01', active_users: 3, wau: 3, mau: 3, sessions: 2, events: 3, new_users: 2 },
      { day: '2026-01-02', active_users: 0, wau: 3, mau: 3, sessions: 0, events: 0, new_users: 0 },
    ]);
    expect(utc.definition?.active_user).toMatch(/^A person is active/);
    const berlin = await answer('engagement/daily?from=2026-01-01&to=2026-01-03&tz=Europe/Berlin');
    expect(berlin.data.map((row) => row['active_users'])).toEqual([2, 1]);
    expect((await answer('engagement/daily')).data).toHaveLength(30);
  });

  it('refuses what it does not know', async () => {
    for (const path of [
      'behavior/summary?group_by=mood',
      'behavior/events?cursor=x',
      'engagement/daily?from=2000-01-01&to=2030-01-01',
      'engagement/daily?tz=Nowhere',
    ]) {
      expect([path, (await get(path)).status]).toEqual([path, 400]);
    }
  });
});
