import fc from 'fast-check';
import { anEvent, openProjectionSpec, type ProjectionSpec } from '@picly/testing';
import { BehaviorQueries } from './behavior.queries';
import { userBehavior } from './user-behavior.projection';

const NOON = Date.UTC(2026, 0, 1, 12);
const at = (minute: number) => ({ occurredAt: NOON + minute * 60_000 });

describe('user behavior', () => {
  let spec: ProjectionSpec;
  let queries: BehaviorQueries;
  beforeAll(async () => {
    spec = await openProjectionSpec(userBehavior);
    queries = new BehaviorQueries(spec.sql);
  });
  afterAll(() => spec.close());
  beforeEach(() => spec.clear());

  it('keeps every interaction with its device as a fact', async () => {
    await spec.fold([
      anEvent(
        'behavior-tracked',
        { details: { button: 'generate' }, device: { type: 'mobile', browser: 'Safari', os: 'iOS', screen: '390x844' }, time_ms: 5_250 },
        at(0),
      ),
    ]);
    expect((await queries.events({}, 10)).rows).toMatchObject([
      {
        session_id: 'visit-1',
        user_id: null,
        action: 'button_click',
        page: '/generator',
        details: { button: 'generate' },
        device_category: 'mobile',
        browser: 'Safari',
        os: 'iOS',
        screen: '390x844',
        time: 5.25,
      },
    ]);
  });

  it('makes visits of them: from the first to the last event, with the distinct pages', async () => {
    await spec.fold([anEvent('behavior-tracked', { page: '/a' }, at(10)), anEvent('behavior-tracked', { page: '/b' }, at(2))]);
    await spec.fold([
      anEvent('behavior-tracked', { page: '/a', time_ms: undefined }, at(4)),
      anEvent('behavior-tracked', { page: `/${'ö'.repeat(1_990)}` }, at(5)),
    ]);
    expect(await spec.rows('sessions')).toMatchObject([
      { session_id: 'visit-1', events: 4, pages: 3, interaction_ms: 15_000, duration_ms: 480_000 },
    ]);
  });

  it('keeps what an erased person did, without visit, page or device', async () => {
    await spec.fold([anEvent('behavior-tracked', { device: { type: 'mobile' } }, { erased: true })]);
    expect((await queries.events({}, 10)).rows).toMatchObject([
      { action: 'button_click', session_id: null, page: null, device: null, device_category: null },
    ]);
    expect(await spec.rows('sessions')).toEqual([]);
  });

  it('is summed up by action, page, device, browser and system', async () => {
    await spec.fold([
      anEvent('behavior-tracked', { action: 'click', session_id: 's1', user_id: 'ann' }),
      anEvent('behavior-tracked', { action: 'click', session_id: 's2', time_ms: 1_000 }),
      anEvent('behavior-tracked', { action: 'scroll', session_id: 's2', time_ms: undefined }),
    ]);
    expect(await queries.summary({}, 'action', 10)).toMatchObject([
      { group: 'click', events: 2, share: 2 / 3, sessions: 2, users: 1, avg_time: 3 },
      { group: 'scroll', events: 1, share: 1 / 3, sessions: 1, users: 0, avg_time: null },
    ]);
    expect(await queries.summary({ sessionId: 's2' }, 'browser', 10)).toMatchObject([{ group: null, events: 2 }]);
  });

  it('never loses a fact to a reader who goes on, however late it comes', async () => {
    await spec.fold([anEvent('behavior-tracked', {}, at(5)), anEvent('behavior-tracked', {}, at(6))]);
    const first = await queries.events({}, 1);
    await spec.fold([anEvent('behavior-tracked', { action: 'late' }, at(-60))]);
    expect((await queries.events({}, 10, first.next)).rows.map((row) => row.action)).toEqual(['button_click', 'late']);
  });

  const history = fc
    .array(
      fc.record({
        session: fc.constantFrom('s1', 's2'),
        user: fc.constantFrom(undefined, 'ann'),
        page: fc.constantFrom(undefined, '/a', '/b'),
        ms: fc.integer({ min: 0, max: 9_999 }),
        minute: fc.integer({ min: 0, max: 50 }),
      }),
      { minLength: 1, maxLength: 40 },
    )
    .map((choices) =>
      choices.map(({ session, user, page, ms, minute }) =>
        anEvent('behavior-tracked', { session_id: session, user_id: user, page, time_ms: ms }, at(minute)),
      ),
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
