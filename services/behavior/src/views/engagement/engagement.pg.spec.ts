import fc from 'fast-check';
import type { DecodedEvent } from '@picly/contracts';
import { createPool, type DatabasePool } from '@picly/database';
import { foldEvents, installProjections } from '@picly/projections';
import { anEvent, createTestDatabase, openProjectionSpec, type ProjectionSpec, type TestDatabase } from '@picly/testing';
import { userBehavior } from '../user-behavior/user-behavior.projection';
import { engagement } from './engagement.projection';
import { EngagementQueries } from './engagement.queries';

const DAY = 86_400_000;
const HOUR = DAY / 24;
const START = Date.UTC(2026, 2, 25);

describe('engagement', () => {
  let spec: ProjectionSpec;
  beforeAll(async () => void (spec = await openProjectionSpec(engagement)));
  afterAll(() => spec.close());
  beforeEach(() => spec.clear());

  it('folds profiles field by field: the value told last stands, absent fields keep theirs', async () => {
    const told = (data: object, at: number) => anEvent('user-profiled', { plan: undefined, ...data }, { occurredAt: START + at });
    await spec.fold([told({ plan: 'pro', traits: { team: 'a', seats: 3 } }, 5)]);
    await spec.fold([told({ plan: 'free', acquisition_source: 'ads', traits: { team: 'b' } }, 1), told({ traits: { seats: null } }, 9)]);
    expect(await spec.rows('users')).toMatchObject([
      {
        user_id: 'ann',
        plan: 'pro',
        acquisition_source: 'ads',
        signed_up_at: null,
        traits: { team: 'a', seats: null },
        profiled_at: new Date(START + 1),
        updated_at: new Date(START + 9),
      },
    ]);
  });

  it('does not take a profile or nobody in particular for an active person', async () => {
    await spec.fold([anEvent('user-profiled'), anEvent('generation-completed', { user_id: undefined })]);
    expect(await spec.rows('user_activity')).toEqual([]);
  });

  const history = fc
    .array(
      fc.record({
        type: fc.constantFrom(
          'behavior-tracked',
          'rating-submitted',
          'action-tracked',
          'generation-completed',
          'conversion-tracked',
          'experiment-exposed',
          'user-profiled' as const,
        ),
        user: fc.constantFrom('ann', 'bob', undefined),
        session: fc.constantFrom('s1', 's2'),
        plan: fc.constantFrom('free', 'pro', undefined),
        minute: fc.integer({ min: 0, max: 60 }),
      }),
      { minLength: 1, maxLength: 50 },
    )
    .map((choices) =>
      choices.map(({ type, user, session, plan, minute }) => {
        const at = { occurredAt: START + minute * 60_000 };
        const named = { user_id: user ?? 'eve', session_id: session };
        if (type === 'user-profiled')
          return anEvent(type, { ...named, plan, traits: plan === undefined ? undefined : { [plan]: minute } }, at);
        if (type === 'conversion-tracked' || type === 'experiment-exposed') return anEvent(type, named, at);
        return anEvent(type, { user_id: user, session_id: session }, at);
      }),
    );

  it('comes out the same whatever the order, the batches, the duplicates and the instances', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.integer({ min: 1, max: 1_000 }), (events, seed) =>
        spec.expectOrderIndependent(events, { runs: 4, seed }),
      ),
      { numRuns: 8 },
    );
  });

  it('reads, once a person is erased, as if their personal fields had never been there', async () => {
    await fc.assert(
      fc.asyncProperty(history, (events) => spec.expectErasable(events)),
      { numRuns: 8 },
    );
  });
});
describe('active people by day', () => {
  let database: TestDatabase;
  let pool: DatabasePool;
  let queries: EngagementQueries;
  beforeAll(async () => {
    database = await createTestDatabase();
    pool = createPool({ url: database.url, maxConnections: 2 });
    await installProjections(pool, [engagement, userBehavior]);
    queries = new EngagementQueries(pool);
    for (const projection of [engagement, userBehavior]) await foldEvents(pool, projection, all);
  });
  afterAll(async () => {
    await pool.close();
    await database.drop();
  });

  /** Person n is active every n-th day, at an hour of its own. */
  const all: DecodedEvent[] = [];
  for (let person = 1; person <= 9; person++) {
    for (let day = 0; day < 60; day += person) {
      const at = { occurredAt: START + day * DAY + person * 2.6 * HOUR };
      all.push(anEvent('behavior-tracked', { session_id: `s${person}-${day}`, user_id: person % 3 === 0 ? undefined : `u${person}` }, at));
    }
  }
  // A visit that begins without a user and ends with one is one person.
  all.push(anEvent('behavior-tracked', { session_id: 'shared', user_id: undefined }, { occurredAt: START + 12 * HOUR }));
  all.push(anEvent('behavior-tracked', { session_id: 'shared', user_id: 'u1' }, { occurredAt: START + 13 * HOUR }));
  all.push(anEvent('user-profiled', { user_id: 'u2', signed_up_at: '2026-04-02T00:30:00+02:00' }));

  const localDay = (at: number, timeZone: string): string => new Intl.DateTimeFormat('sv-SE', { timeZone }).format(at);
  const personOf = (event: DecodedEvent<'behavior-tracked'>): string =>
    event.data.session_id === 'shared' ? 'u1' : (event.data.user_id ?? event.data.session_id ?? '');

  it.each(['UTC', 'Asia/Singapore', 'America/Los_Angeles', 'Europe/Berlin', 'Asia/Kathmandu'])(
    'are those of %s, across a change of the clocks',
    async (timeZone) => {
      const days = await queries.daily({ from: new Date(START - 2 * DAY), to: new Date(START + 40 * DAY), timeZone });
      const behaviors = all.filter((event) => event.type === 'behavior-tracked');
      const daysOf = behaviors.map((event) => ({ day: Date.parse(localDay(event.occurredAt, timeZone)), person: personOf(event) }));
      const within = (day: number, n: number): number =>
        new Set(daysOf.filter((each) => each.day <= day && each.day > day - n * DAY).map((each) => each.person)).size;
      expect(days.map(({ day, active_users, wau, mau, events }) => ({ day, active_users, wau, mau, events }))).toEqual(
        days.map(({ day }) => {
          const at = Date.parse(day);
          return {
            day,
            active_users: within(at, 1),
            wau: within(at, 7),
            mau: within(at, 30),
            events: daysOf.filter((each) => each.day === at).length,
          };
        }),
      );
      expect(days.length).toBeGreaterThanOrEqual(42);
    },
  );

  it('come with the visits begun and the users who joined: by signing up, else by being seen first', async () => {
    const days = await queries.daily({ from: new Date(START), to: new Date(START + 10 * DAY), timeZone: 'Europe/Berlin' });
    expect(days.find(({ day }) => day === '2026-04-02')?.new_users).toBe(1);
    // u1, u4, u5, u7, u8 were seen first on the first day; u2 signed up later.
    expect(days.find(({ day }) => day === '2026-03-25')?.new_users).toBe(5);
    expect(days.find(({ day }) => day === '2026-03-25')?.sessions).toBe(9);
    expect(days.find(({ day }) => day === '2026-03-25')?.avg_session_time).toBe(400);
  });
});
