import fc from 'fast-check';
import type { DecodedEvent } from '@picly/contracts';
import { anEvent, openProjectionSpec, uuidOf, type ProjectionSpec } from '@picly/testing';
import { modelPerformance } from './model-performance.projection';

const NOON = Date.UTC(2026, 0, 1, 12);
const generation = (n: number): string => uuidOf(n, 0xa);
const rowOf = async (spec: ProjectionSpec): Promise<Record<string, unknown>> => {
  const rows = await spec.rows('model_performance');
  expect(rows).toHaveLength(1);
  return rows[0] ?? {};
};

describe('model performance', () => {
  let spec: ProjectionSpec;
  beforeAll(async () => void (spec = await openProjectionSpec(modelPerformance)));
  afterAll(() => spec.close());
  beforeEach(() => spec.clear());

  it('costs once per generation id, however often it is retried: the last report stands', async () => {
    const failed = anEvent(
      'generation-completed',
      { generation_id: generation(1), success: false, error: 'timed out', cost_micros: 10, response_time_ms: 9_000 },
      { occurredAt: NOON },
    );
    const done = anEvent(
      'generation-completed',
      { generation_id: generation(1), cost_micros: 30, revenue_micros: 50 },
      { occurredAt: NOON + 1 },
    );
    await spec.fold([done, failed]);
    expect(await rowOf(spec)).toMatchObject({ calls: 1, successes: 1, failures: 0, cost_micros: 30, revenue_micros: 50 });
    expect(await spec.rows('failure_causes')).toEqual([]);
    expect(await spec.rows('duration_histogram')).toHaveLength(1);
  });

  it('counts calls that made no generation beside the others, even under the same id', async () => {
    await spec.fold([
      anEvent('generation-completed', { generation_id: generation(2) }, { occurredAt: NOON }),
      anEvent('engine-call-measured', { cost_micros: 5 }, { id: generation(2), occurredAt: NOON }),
    ]);
    expect(await rowOf(spec)).toMatchObject({ calls: 2, cost_micros: 80_005 });
  });

  it('takes a rating that comes before its generation', async () => {
    await spec.fold([anEvent('rating-submitted', { generation_id: generation(3), rating: 4, quality_score: 80.25 })]);
    expect(await spec.rows('model_performance')).toEqual([]);
    await spec.fold([anEvent('generation-completed', { generation_id: generation(3) })]);
    expect(await rowOf(spec)).toMatchObject({
      r4: 1,
      quality_sum: '80.25',
      quality_squares: 6_440_062_500,
      quality_count: 1,
      rated_calls: 1,
      well_rated_calls: 1,
    });
  });

  it('replaces the first rating of a rater by the second', async () => {
    await spec.fold([
      anEvent('generation-completed', { generation_id: generation(4) }, { occurredAt: NOON }),
      anEvent('rating-submitted', { generation_id: generation(4), rating: 1, quality_score: 10.5 }, { occurredAt: NOON + 1 }),
    ]);
    await spec.fold([anEvent('rating-submitted', { generation_id: generation(4), rating: 5 }, { occurredAt: NOON + 2 })]);
    expect(await rowOf(spec)).toMatchObject({
      r1: 0,
      r5: 1,
      quality_sum: '0',
      quality_squares: 0,
      quality_count: 0,
      rated_calls: 1,
      well_rated_calls: 1,
    });
  });

  it('keeps the squares of quality scores, also when nothing but the spread of two scores changes', async () => {
    const rated = (user_id: string, quality_score: number, at: number) =>
      anEvent('rating-submitted', { generation_id: generation(4), user_id, rating: 3, quality_score }, { occurredAt: NOON + at });
    await spec.fold([
      anEvent('generation-completed', { generation_id: generation(4) }, { occurredAt: NOON }),
      rated('ann', 10, 1),
      rated('bob', 90, 1),
    ]);
    expect(await rowOf(spec)).toMatchObject({ quality_sum: '100', quality_squares: 8_200_000_000 });
    await spec.fold([rated('ann', 50, 2), rated('bob', 50, 2)]);
    expect(await rowOf(spec)).toMatchObject({ quality_sum: '100', quality_squares: 5_000_000_000 });
  });

  it('keeps currencies apart', async () => {
    await spec.fold([
      anEvent('engine-call-measured', { currency: 'EUR', cost_micros: 1 }, { occurredAt: NOON }),
      anEvent('engine-call-measured', { currency: undefined, cost_micros: 2 }, { occurredAt: NOON }),
    ]);
    expect(await spec.rows('model_performance')).toMatchObject([
      { currency: 'EUR', cost_micros: 1 },
      { currency: 'USD', cost_micros: 2 },
    ]);
  });

  it('says of a failure whose text is erased that it is erased', async () => {
    await spec.fold([
      anEvent('generation-completed', { generation_id: generation(5), success: false, error: 'CUDA out of memory' }, { erased: true }),
      anEvent('generation-completed', { generation_id: generation(6), success: false, error: 'CUDA out of memory' }),
      anEvent('generation-completed', { generation_id: generation(7), success: false }),
    ]);
    const causes = (await spec.rows('failure_causes')).map(({ cause, n }) => [cause, n]);
    expect(causes).toEqual([
      ['erased', 1],
      ['out_of_memory', 1],
      ['unstated', 1],
    ]);
  });

  const events = fc
    .array(
      fc.record({
        kind: fc.constantFrom('generation', 'rating', 'call' as const),
        generation: fc.integer({ min: 1, max: 6 }),
        engine: fc.constantFrom('flux-pro', 'dalle3'),
        version: fc.constantFrom(undefined, 'hd'),
        success: fc.boolean(),
        error: fc.constantFrom(undefined, 'timeout', 'HTTP 429', 'boom'),
        ms: fc.integer({ min: 0, max: 100_000 }),
        micros: fc.integer({ min: 0, max: 1e12 }),
        currency: fc.constantFrom('USD', 'EUR'),
        rater: fc.constantFrom('ann', 'bob', undefined),
        rating: fc.integer({ min: 1, max: 5 }),
        quality: fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined }),
        minute: fc.integer({ min: -800, max: 800 }),
      }),
      { minLength: 1, maxLength: 60 },
    )
    .map((choices) => choices.map(eventOf));

  function eventOf(choice: {
    kind: string;
    generation: number;
    engine: string;
    version: string | undefined;
    success: boolean;
    error: string | undefined;
    ms: number;
    micros: number;
    currency: string;
    rater: string | undefined;
    rating: number;
    quality: number | undefined;
    minute: number;
  }): DecodedEvent {
    const at = { occurredAt: NOON + choice.minute * 60_000 };
    const call = {
      engine: choice.engine,
      model_version: choice.version,
      success: choice.success,
      error: choice.success ? undefined : choice.error,
      response_time_ms: choice.ms,
      cost_micros: choice.micros,
      revenue_micros: choice.micros,
      currency: choice.currency,
    };
    if (choice.kind === 'call') return anEvent('engine-call-measured', call, at);
    const id = { generation_id: generation(choice.generation) };
    if (choice.kind === 'generation') return anEvent('generation-completed', { ...call, ...id }, at);
    return anEvent('rating-submitted', { ...id, user_id: choice.rater, rating: choice.rating, quality_score: choice.quality }, at);
  }

  it('comes out the same whatever the order, the batches, the duplicates and the instances', async () => {
    await fc.assert(
      fc.asyncProperty(events, fc.integer({ min: 1, max: 1_000 }), (history, seed) =>
        spec.expectOrderIndependent(history, { runs: 4, seed }),
      ),
      {
        numRuns: 8,
      },
    );
  });

  it('has sums that equal those over the calls and ratings themselves', async () => {
    await fc.assert(
      fc.asyncProperty(events, async (history) => {
        await spec.clear();
        await spec.fold(history, { batches: 5 });
        for (const [table, time] of [
          ['model_performance', `(occurred_at at time zone 'UTC')::date`],
          ['model_performance_slots', `date_bin('15 minutes', occurred_at, 'epoch')`],
        ]) {
          const differing = await spec.sql.query(
            `with recounted as (
               select ${time} as at, engine, model_version, currency, count(*) as calls, sum(cost_micros) as cost_micros, sum(r.n) as ratings, trim_scale(sum(r.quality)) as quality
               from calls c cross join lateral (select count(*) as n, coalesce(sum(quality_score), 0) as quality from call_ratings r
                 where r.generation_id = c.call_id and c.is_generation) r
               where engine is not null group by 1, 2, 3, 4
             )
             select * from recounted except
             select ${table === 'model_performance' ? 'day' : 'slot'}, engine, model_version, currency, calls, cost_micros, r1 + r2 + r3 + r4 + r5, quality_sum from ${table}`,
          );
          expect(differing).toEqual([]);
        }
      }),
      { numRuns: 10 },
    );
  });

  it('keeps a call whose rating is taken back, though both happened at the same time and have the same offset in their topics', async () => {
    const at = { occurredAt: NOON, partition: 0, offset: 7 };
    await spec.expectErasable([
      anEvent('generation-completed', { generation_id: generation(9), user_id: 'bob' }, at),
      anEvent('rating-submitted', { generation_id: generation(9), user_id: 'ann' }, at),
    ]);
  });

  it('reads, once a person is erased, as if their personal fields had never been there', async () => {
    await fc.assert(
      fc.asyncProperty(events, (history) => spec.expectErasable(history)),
      { numRuns: 8 },
    );
  });
});
