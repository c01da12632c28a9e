import fc from 'fast-check';
import { anEvent, openProjectionSpec, type ProjectionSpec } from '@picly/testing';
import { experiments } from './experiments.projection';
import { ExperimentsQueries } from './experiments.queries';

const NOON = Date.UTC(2026, 0, 1, 12);
const at = (minute: number) => ({ occurredAt: NOON + minute * 60_000 });

describe('experiments', () => {
  let spec: ProjectionSpec;
  let queries: ExperimentsQueries;
  beforeAll(async () => {
    spec = await openProjectionSpec(experiments);
    // The definitions are another projection's; here nobody defines anything.
    await spec.sql.query(`create table picly.experiment_definitions (experiment text, revision int, change text, state text, author text,
      reason text, arm text, definition jsonb, changed_ms bigint)`);
    queries = new ExperimentsQueries(spec.sql);
  });
  afterAll(() => spec.close());
  beforeEach(() => spec.clear());

  const exposed = (user: string, variant: string, minute: number) => anEvent('experiment-exposed', { user_id: user, variant }, at(minute));
  const converted = (user: string, minute: number, data: object = {}) =>
    anEvent('conversion-tracked', { user_id: user, ...data }, at(minute));

  it('count a person in the arm seen first, whichever exposure arrives first', async () => {
    await spec.fold([exposed('ann', 'green', 5), exposed('bob', 'control', 1)]);
    await spec.fold([exposed('ann', 'control', 2)]);
    expect(await queries.detail('button-colour')).toMatchObject({
      units: 2,
      exposures: 3,
      arms: ['control', 'green'],
      units_in_several_arms: 1,
      by_arm: [{ arm: 'control', units: 2, exposures: 3 }],
    });
  });

  it('count conversions from the first exposure on, and those without an experiment in all of the person', async () => {
    await spec.fold([
      converted('ann', 1),
      exposed('ann', 'control', 2),
      converted('ann', 3, { value: 2.5 }),
      converted('ann', 4, { experiment: undefined }),
      converted('ann', 5, { experiment: 'other' }),
      converted('bob', 6),
    ]);
    const detail = await queries.detail('button-colour');
    expect(detail?.by_arm[0]?.metrics).toEqual([
      { metric: 'purchase', conversions: 2, converted_units: 1, conversion_rate: 1, value_sum: 3.5 },
    ]);
    expect(detail?.conversions).toBe(3);
  });

  it('are listed by name, page by page', async () => {
    await spec.fold(['b', 'a', 'c'].map((experiment) => anEvent('experiment-exposed', { experiment })));
    expect((await queries.list(1, undefined)).map((row) => row.experiment)).toEqual(['a', 'b']);
    expect((await queries.list(5, 'a')).map((row) => row.experiment)).toEqual(['b', 'c']);
    expect(await queries.detail('nobody')).toBeUndefined();
  });

  const history = fc
    .array(
      fc.record({
        user: fc.constantFrom('ann', 'bob', 'eve'),
        arm: fc.constantFrom('a', 'B', 'ä', undefined),
        convert: fc.boolean(),
        minute: fc.integer({ min: 0, max: 6 }),
      }),
      { minLength: 1, maxLength: 40 },
    )
    .map((choices) =>
      choices.map(({ user, arm, convert, minute }) =>
        convert ? converted(user, minute) : anEvent('experiment-exposed', { user_id: user, variant: arm }, at(minute)),
      ),
    );

  it('come out the same whatever the order, the batches, the duplicates and the instances', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.integer({ min: 1, max: 1_000 }), (events, seed) =>
        spec.expectOrderIndependent(events, { runs: 4, seed }),
      ),
      { numRuns: 8 },
    );
  });

  it('read, once a person is erased, as if their personal fields had never been there', async () => {
    await fc.assert(
      fc.asyncProperty(history, (events) => spec.expectErasable(events)),
      { numRuns: 8 },
    );
  });
});
