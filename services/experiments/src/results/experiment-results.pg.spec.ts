import { readDefinition, type ExperimentDefinition } from '@picly/experiments';
import { anEvent, openProjectionSpec, uuidOf, type ProjectionSpec } from '@picly/testing';
import type { DecodedEvent, ExperimentState } from '@picly/contracts';
import fc from 'fast-check';
import { experimentResults } from './experiment-results.projection';

const NOON = Date.UTC(2026, 0, 1, 12);
const MINUTE = 60_000;
const at = (minute: number) => ({ occurredAt: NOON + minute * MINUTE });

function definition(more: object = {}): Record<string, unknown> {
  const arms = [
    { key: 'a', weight: 0.5 },
    { key: 'b', weight: 0.5 },
  ];
  const metrics = [
    { key: 'purchase', type: 'proportion', window_hours: 1 },
    { key: 'spent', type: 'mean', of: 'value', conversion: 'purchase', cap: 5 },
    { key: 'capped', type: 'mean', of: 'value', conversion: 'purchase', cap_quantile: 0.9 },
    { key: 'per_rating', type: 'ratio', of: 'value', conversion: 'purchase', per: 'ratings' },
  ];
  const read = readDefinition('e', {
    arms,
    metrics,
    primary_metric: 'purchase',
    secondary_metrics: ['rating', 'retention_day_1', 'p95_response_time'],
    ...more,
  });
  if (Array.isArray(read)) throw new Error(JSON.stringify(read));
  return { ...(read as ExperimentDefinition) };
}

const changed = (revision: number, state: ExperimentState, minute: number, more: object = {}): DecodedEvent<'experiment-changed'> =>
  anEvent(
    'experiment-changed',
    { experiment: 'e', revision, state, change: 'edited', definition: definition(more) },
    { ...at(minute), id: uuidOf(revision, 0xd) },
  );
const exposed = (user: string, variant: string, minute: number, more: object = {}) =>
  anEvent('experiment-exposed', { experiment: 'e', user_id: user, variant, ...more }, at(minute));
const bought = (user: string, value: number, minute: number, more: object = {}) =>
  anEvent('conversion-tracked', { experiment: undefined, metric: 'purchase', user_id: user, value, ...more }, at(minute));
const rated = (user: string, rating: number, minute: number, picture = 1) =>
  anEvent('rating-submitted', { generation_id: uuidOf(picture, 0xa), user_id: user, rating }, at(minute));

describe('the sums that results are read from', () => {
  let spec: ProjectionSpec;
  beforeAll(async () => void (spec = await openProjectionSpec(experimentResults)));
  afterAll(() => spec.close());
  beforeEach(() => spec.clear());

  interface Total {
    readonly metric: string;
    readonly arm: string;
    readonly n: number;
    readonly sum: number;
    readonly sum_squares: number;
  }
  const totals = (metric: string, until = 1e9): Promise<Total[]> =>
    spec.sql.query<Total>(
      `select arm, sum(n)::int as n, (sum(sum) / 1e6)::float8 as sum, (sum(sum_squares) / 1e12)::float8 as sum_squares from experiment_stats
       where dimension = '' and metric = $1 and bucket <= $2 group by arm order by arm`,
      [metric, new Date(NOON + until * MINUTE)],
    );
  const running = (): DecodedEvent[] => [changed(1, 'draft', 0), changed(2, 'running', 1)];

  it('count a unit in the arm it saw first, from then on', async () => {
    await spec.fold([...running(), exposed('ann', 'a', 5), bought('ann', 2, 6), bought('bob', 9, 6), exposed('bob', 'b', 7)]);
    expect(await totals('')).toMatchObject([
      { arm: 'a', n: 1 },
      { arm: 'b', n: 1 },
    ]);
    expect(await totals('purchase')).toMatchObject([
      { arm: 'a', n: 1, sum: 1 },
      { arm: 'b', n: 1, sum: 0 },
    ]);
  });

  it('count an exposure once however often it is seen', async () => {
    await spec.fold([...running(), exposed('ann', 'a', 5), exposed('ann', 'a', 6), exposed('ann', 'a', 200)]);
    expect(await totals('')).toMatchObject([{ arm: 'a', n: 1 }]);
  });

  it('count nothing before the exposure or after the window, and no total above its cap', async () => {
    await spec.fold([
      ...running(),
      bought('ann', 1, 4),
      exposed('ann', 'a', 5),
      exposed('bob', 'a', 5),
      bought('bob', 3, 70),
      bought('bob', 4, 71),
    ]);
    expect(await totals('purchase')).toMatchObject([{ arm: 'a', n: 2, sum: 0 }]);
    expect(await totals('spent')).toMatchObject([{ arm: 'a', n: 2, sum: 5, sum_squares: 25 }]);
  });

  it('leave a unit out from when it sees another arm, and count it as such', async () => {
    await spec.fold([...running(), exposed('ann', 'a', 5), bought('ann', 2, 6), exposed('ann', 'b', 300), bought('ann', 2, 301)]);
    expect(await totals('', 60)).toMatchObject([{ arm: 'a', n: 1 }]);
    expect(await totals('')).toMatchObject([{ arm: 'a', n: 0 }]);
    expect(await totals('#mixed')).toMatchObject([{ arm: 'a', n: 1 }]);
    expect(await totals('purchase')).toMatchObject([{ arm: 'a', n: 0, sum: 0, sum_squares: 0 }]);
  });

  it('keep no row that counts nothing, when what comes later was first', async () => {
    await spec.fold([...running(), exposed('ann', 'b', 60), exposed('ann', 'a', 300)]);
    await spec.fold([exposed('ann', 'a', 5)]);
    expect(await totals('')).toMatchObject([{ arm: 'a', n: 0 }]);
    expect(await spec.sql.query(`select * from experiment_stats where arm = 'b'`)).toEqual([]);
  });

  it('keep units by the size of what they count for, where a percentile of them is a cap: each where it stands', async () => {
    await spec.fold([
      ...running(),
      exposed('ann', 'a', 5),
      bought('ann', 2, 6),
      bought('ann', 8, 7),
      exposed('bob', 'a', 5),
      bought('bob', 2, 8),
    ]);
    const bins = await spec.sql.query(
      `select n, (sum / 1e6)::int as sum, (sum_squares / 1e12)::int as squares from experiment_value_bins where metric = 'capped' order by bin`,
    );
    expect(bins).toEqual([
      { n: 1, sum: 2, squares: 4 },
      { n: 1, sum: 10, squares: 100 },
    ]);
  });

  it('take the average of what a unit rated, by its last word on each picture', async () => {
    await spec.fold([
      ...running(),
      exposed('ann', 'a', 5),
      exposed('bob', 'a', 5),
      rated('ann', 1, 6),
      rated('ann', 4, 7),
      rated('ann', 5, 8, 2),
    ]);
    expect(await totals('rating')).toMatchObject([{ arm: 'a', n: 1, sum: 4.5, sum_squares: 20.25 }]);
  });

  it('know retention when the day is over, and not before', async () => {
    await spec.fold([...running(), exposed('ann', 'a', 5), exposed('bob', 'a', 5), rated('ann', 5, 2_000)]);
    expect(await totals('retention_day_1', 2_800)).toEqual([]);
    expect(await totals('retention_day_1')).toMatchObject([{ arm: 'a', n: 2, sum: 1 }]);
  });

  it('tell of exposures to arms there are none of, and of those while nothing runs', async () => {
    await spec.fold([...running(), changed(3, 'paused', 60), exposed('ann', 'c', 5), exposed('bob', 'a', 61)]);
    expect(await totals('')).toEqual([]);
    expect(await totals('#unknown_arm')).toMatchObject([{ n: 1 }]);
    expect(await totals('#outside')).toMatchObject([{ n: 1 }]);
  });

  it('end with the experiment', async () => {
    await spec.fold([...running(), exposed('ann', 'a', 5), bought('ann', 1, 6), bought('ann', 1, 40), changed(3, 'stopped', 30)]);
    expect(await totals('spent')).toMatchObject([{ arm: 'a', n: 1, sum: 1 }]);
  });

  it('name the phase of the first exposure', async () => {
    await spec.fold([...running(), changed(3, 'running', 60), exposed('ann', 'a', 5), exposed('bob', 'a', 61), bought('ann', 1, 62)]);
    const rows = await spec.sql.query(
      `select phase, sum(n)::int as n, (sum(sum) / 1e6)::int as sum from experiment_stats where dimension = '' and metric = 'spent' group by phase order by 1`,
    );
    expect(rows).toEqual([
      { phase: 2, n: 1, sum: 1 },
      { phase: 3, n: 1, sum: 0 },
    ]);
  });

  const users = fc.constantFrom('ann', 'bob', 'eve');
  const minute = fc.integer({ min: 0, max: 3_000 });
  const event = fc.oneof(
    fc.record({ user: users, arm: fc.constantFrom('a', 'b', 'c', undefined), minute }).map(({ user, arm, minute: m }) =>
      anEvent(
        'experiment-exposed',
        {
          experiment: 'e',
          user_id: user,
          variant: arm,
          ...(m % 3 === 0 && { context: { plan: 'pro' } }),
          ...(m % 5 === 0 && { session_id: 's1' }),
        },
        at(m),
      ),
    ),
    fc
      .record({ user: users, minute, value: fc.integer({ min: 0, max: 9 }) })
      .map(({ user, minute: m, value }) => bought(user, value / 3, m, m % 4 === 0 ? { experiment: m % 8 === 0 ? 'e' : 'other' } : {})),
    fc
      .record({ user: users, minute, picture: fc.integer({ min: 1, max: 3 }) })
      .map(({ user, minute: m, picture }) => rated(user, 1 + (m % 5), m, picture)),
    fc
      .record({ user: users, minute })
      .map(({ user, minute: m }) =>
        anEvent(
          'generation-completed',
          { generation_id: uuidOf(m, 0xa), user_id: user, response_time_ms: 100 * m, engine: m % 2 ? 'x' : 'y' },
          at(m),
        ),
      ),
    fc
      .record({ user: users, minute })
      .map(({ user, minute: m }) => anEvent('user-profiled', { user_id: user, plan: m % 2 ? 'pro' : 'free' }, at(m))),
    fc
      .record({ user: users, minute })
      .map(({ user, minute: m }) => anEvent('behavior-tracked', { user_id: user, session_id: `s${m % 2}` }, at(m))),
  );
  const life = fc
    .tuple(minute, minute, minute, fc.boolean())
    .map(([a, b, c, stops]) => [changed(1, 'draft', a), changed(2, 'running', b), changed(3, stops ? 'stopped' : 'running', c)]);

  it('come out the same whatever the order, the batches, the duplicates and the instances', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { minLength: 5, maxLength: 30 }),
        life,
        fc.integer({ min: 1, max: 1_000 }),
        async (events, changes, seed) => spec.expectOrderIndependent([...events, ...changes], { runs: 4, seed }),
      ),
      { numRuns: 12 },
    );
  }, 120_000);

  it('forget a person as if only what is left of them had ever come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 3, maxLength: 14 }), life, (events, changes) =>
        spec.expectErasable([...changes, ...events]),
      ),
      { numRuns: 5 },
    );
  }, 120_000);
});
