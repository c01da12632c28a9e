import { COMMON_CONFIG, readConfig, startService, type ServiceHandle } from '@picly/platform';
import { createTestDatabase, type TestDatabase } from '@picly/testing';
import fc from 'fast-check';
import { experimentsService } from '../experiments.module';

const A = { key: 'a', weight: 0.5, n: 3407, sum: 1396.87, sum_squares: 52377.9767 };
const B = { key: 'b', weight: 0.5, n: 3461, sum: 2422.7, sum_squares: 134698.29 };
const UNNEEDED = {
  denominator_sum: 0,
  denominator_sum_squares: 0,
  numerator_denominator_sum: 0,
  pre_sum: 0,
  pre_sum_squares: 0,
  post_pre_sum: 0,
};
const MEAN = { type: 'mean', direction: 'up' };

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

describe('the stateless calls of experiments', () => {
  let database: TestDatabase;
  let service: ServiceHandle;
  beforeAll(async () => {
    database = await createTestDatabase();
    const config = { DATABASE_URL: database.url, PORT: '0', LOG_LEVEL: 'silent', LOG_PARTITIONS: '1' };
    service = await startService(experimentsService, readConfig(COMMON_CONFIG, config));
  });
  afterAll(async () => {
    await service.close();
    await database.drop();
  });

  async function post(call: string, body: unknown): Promise<Answer> {
    const response = await fetch(`${service.url}/api/analytics/experiments/${call}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }

  async function errorsOf(call: string, body: unknown): Promise<[pointer: string, code: string][]> {
    const { status, body: problem } = await post(call, body);
    expect({ status, code: problem['code'] }).toEqual({ status: 400, code: 'validation_failed' });
    return (problem['errors'] as { pointer: string; code: string }[]).map(({ pointer, code }) => [pointer, code]);
  }

  const firstOf = ({ body }: Answer): Readonly<Record<string, unknown>> =>
    (body['comparisons'] as Readonly<Record<string, unknown>>[])[0] ?? {};
  const analyzeWith = (options: object): Promise<Answer> => post('analyze', { metric: MEAN, arms: [A, B], options });

  describe('analyze', () => {
    it('gives the rows of statistics.md', async () => {
      const answer = await analyzeWith({ method: 'fixed', effect: 'relative' });
      const { effect, interval, se, p } = firstOf(answer) as { effect: number; interval: number[]; se: number; p: number };
      expect(answer.status).toBe(200);
      expect([effect, ...interval, se, p].map((each) => Number(each.toFixed(5)))).toEqual([0.70732, -0.03526, 1.44989, 0.37879, 0.06191]);
      const always = await post('analyze', { metric: MEAN, arms: [{ ...A, n: 3000 }, B], options: { tuning_n: 1000 } });
      expect(firstOf(always)).toMatchObject({
        p: 1,
        p_adjusted: 1,
        reason: null,
        test: 'asymptotic_confidence_sequence',
        valid_at: 'any_time',
      });
    });

    it('checks the split with arms of weight 0 left out', async () => {
      const arms = [1000, 1200, 77].map((n, at) => ({ key: String(at), n, sum: n / 2, weight: at === 2 ? 0 : 0.5 }));
      const { srm } = (await post('analyze', { metric: { type: 'proportion' }, arms })).body as {
        srm: { p: number; df: number; alarm: boolean };
      };
      expect(srm.p).toBeCloseTo(0.000020079, 9);
      expect(srm).toMatchObject({ df: 1, alarm: true });
    });

    it('looks at no sum that the metric does not need', async () => {
      const plain = await post('analyze', { metric: MEAN, arms: [A, B] });
      const full = await post('analyze', { metric: MEAN, arms: [A, B].map((arm) => ({ ...arm, ...UNNEEDED })) });
      expect(full).toEqual(plain);
    });

    it.each([
      ['greater', 'number', null],
      ['lesser', null, 'number'],
    ])('leaves a side open when only the other is asked for: %s', async (sided, low, high) => {
      for (const method of ['always_valid', 'fixed', 'bayesian']) {
        const { interval } = firstOf(await analyzeWith({ sided, method })) as { interval: unknown[] };
        expect(interval.map((end) => (end === null ? null : typeof end))).toEqual([low, high]);
      }
    });

    it('is neutral, with the reason, where nothing can be said', async () => {
      const arms = [
        { key: 'a', n: 50, sum: 50 },
        { key: 'b', n: 50, sum: 20 },
      ];
      const neutral = { effect: 0, interval: [0, 0], se: 0, p: 1, p_adjusted: 1, chance_to_win: 0.5, risk: [0, 0], reason: 'no_variance' };
      expect(firstOf(await post('analyze', { metric: { type: 'proportion' }, arms }))).toMatchObject(neutral);
      expect((await post('analyze', { metric: { type: 'proportion' }, arms: arms.slice(0, 1) })).body).toMatchObject({
        comparisons: [],
        srm: { p: 1 },
      });
    });

    it('corrects over the arms', async () => {
      const arms = [
        { n: 1000, sum: 100 },
        { n: 1000, sum: 130 },
        { n: 1000, sum: 140 },
      ].map((arm, at) => ({ key: String(at), ...arm }));
      const answer = await post('analyze', { metric: { type: 'proportion' }, arms, options: { method: 'fixed', correction: 'holm' } });
      const [first, second] = answer.body['comparisons'] as { p: number; p_adjusted: number }[];
      expect(second?.p_adjusted).toBeCloseTo((second?.p ?? 0) * 2, 12);
      expect(first?.p_adjusted).toBeCloseTo(Math.max(first?.p ?? 0, (second?.p ?? 0) * 2), 12);
    });

    it('names every field that is wrong or missing', async () => {
      const arms = [
        { key: 'a', weight: -1, n: 1.5, sum: '3' },
        { key: 'a', n: 5, sum: 1, sums: 1 },
      ];
      const options = { alpha: 1, method: 'guess', prior: { mean: 0, sd: 0 }, cuped: 'yes' };
      expect(await errorsOf('analyze', { metric: { type: 'median' }, arms, options, more: 1 })).toEqual([
        ['/more', 'unknown_field'],
        ['/metric/type', 'one_of'],
        ['/arms/0/n', 'number'],
        ['/arms/0/sum', 'number'],
        ['/arms/0/weight', 'number'],
        ['/arms/1/sums', 'unknown_field'],
        ['/options/method', 'one_of'],
        ['/options/alpha', 'number'],
        ['/options/cuped', 'boolean'],
        ['/options/prior/sd', 'number'],
      ]);
      expect(
        await errorsOf('analyze', {
          metric: MEAN,
          arms: [
            { ...A, sum_squares: undefined },
            { ...A, weight: undefined },
          ],
        }),
      ).toEqual([
        ['/arms/0/sum_squares', 'required'],
        ['/arms/1/key', 'duplicate'],
        ['/arms/1/weight', 'required'],
      ]);
      expect(await errorsOf('analyze', { metric: MEAN, arms: [] })).toEqual([['/arms', 'list']]);
      expect(await errorsOf('analyze', {})).toEqual([
        ['/metric', 'required'],
        ['/arms', 'required'],
      ]);
    });

    it.each([
      ['mean', 3],
      ['proportion', 2],
      ['ratio', 14],
    ])('needs the sums of the period before for CUPED: %s', async (type, missing) => {
      const arms = ['a', 'b'].map((key) => ({ key, n: 5, sum: 3, ...(type === 'mean' && { sum_squares: 5 }) }));
      const errors = await errorsOf('analyze', { metric: { type }, arms, options: { cuped: true } });
      expect(errors.filter(([pointer, code]) => pointer.startsWith('/arms/0/') && code === 'required').length).toBe(
        missing - (type === 'ratio' ? 1 : 0),
      );
    });

    it('refuses numbers that JSON can write and doubles cannot hold', async () => {
      const body = JSON.stringify({ metric: MEAN, arms: [A, B] }).replace('52377.9767', '1e999');
      expect(await errorsOf('analyze', body)).toEqual([['/arms/0/sum_squares', 'number']]);
    });

    it('answers finite numbers, null for open sides, whatever the sums', async () => {
      const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(0));
      const arm = fc.record({
        n: fc.nat(),
        sum: number,
        sum_squares: number,
        denominator_sum: number,
        denominator_sum_squares: number,
        numerator_denominator_sum: number,
      });
      const method = fc.constantFrom('always_valid', 'fixed', 'bayesian');
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom('mean', 'proportion', 'ratio'),
          fc.array(arm, { minLength: 2, maxLength: 4 }),
          method,
          async (type, arms, asked) => {
            const answer = await post('analyze', {
              metric: { type },
              arms: arms.map((each, at) => ({ key: String(at), ...each })),
              options: { method: asked },
            });
            expect(answer.status).toBe(200);
            for (const each of answer.body['comparisons'] as Record<string, unknown>[]) {
              for (const name of ['effect', 'se', 'p', 'p_adjusted', 'chance_to_win']) expect(typeof each[name]).toBe('number');
              expect((each['interval'] as unknown[]).every((end) => typeof end === 'number')).toBe(true);
            }
          },
        ),
        { numRuns: 150 },
      );
    });
  });

  describe('assign', () => {
    const assign = async (body: object): Promise<Answer['body']> => (await post('assign', body)).body;

    it('gives the bucket, the ranges and the index of the arm', async () => {
      expect(await assign({ seed: 'seed', value: 'a', weights: [0.5, 0.5] })).toEqual({
        bucket: 0.0505,
        ranges: [
          [0, 0.5],
          [0.5, 1],
        ],
        arm: 0,
      });
      expect(await assign({ seed: 'b', value: 'a', hash_version: 1, weights: [0.4, 0.1], coverage: 2 })).toEqual({
        bucket: 0.946,
        ranges: [
          [0, 0.5],
          [0.5, 1],
        ],
        arm: 1,
      });
      expect(await assign({ seed: 'foo', value: 'ab', weights: [0.2, 0.3, 0.5], coverage: 0.2 })).toMatchObject({ bucket: 0.2575, arm: 1 });
      expect((await assign({ seed: 'x', value: 'y', arms: 4, weights: [0.4, 0.4, 0.2] }))['ranges']).toEqual([
        [0, 0.25],
        [0.25, 0.5],
        [0.5, 0.75],
        [0.75, 1],
      ]);
    });

    it('puts an empty value, and one outside the namespace, in no arm', async () => {
      expect(await assign({ seed: 's', value: '', weights: [1] })).toEqual({ bucket: null, ranges: [[0, 1]], arm: -1 });
      expect((await assign({ seed: 's', value: '1', weights: [1], namespace: ['namespace1', 0, 0.4] }))['arm']).toBe(-1);
      expect((await assign({ seed: 's', value: '1', weights: [1], namespace: ['namespace1', 0.4, 1] }))['arm']).toBe(0);
    });

    it('names every field that is wrong', async () => {
      expect(await errorsOf('assign', { seed: 1, hash_version: 3, weights: [-1], namespace: ['n', 2] })).toEqual([
        ['/seed', 'text'],
        ['/value', 'required'],
        ['/hash_version', 'one_of'],
        ['/weights/0', 'number'],
        ['/namespace', 'list'],
      ]);
      expect(await errorsOf('assign', { seed: '', value: 'a' })).toEqual([['/weights', 'required']]);
    });
  });

  it('adjusts p-values', async () => {
    const pValues = [0.01, 0.04, 0.03, 0.005, 0.55, 0.6];
    const { body } = await post('adjust', { p_values: pValues, method: 'holm' });
    expect((body['p_adjusted'] as number[]).map((p) => Number(p.toFixed(12)))).toEqual([0.05, 0.12, 0.12, 0.03, 1, 1]);
    expect((await post('adjust', { p_values: [], method: 'none' })).body).toEqual({ p_adjusted: [] });
    expect(await errorsOf('adjust', { p_values: [0.1, 1.2, null], method: 'sidak' })).toEqual([
      ['/p_values/1', 'number'],
      ['/p_values/2', 'number'],
      ['/method', 'one_of'],
    ]);
  });

  describe('plan', () => {
    it('says how many units and days an effect takes, and what the days given will show', async () => {
      const { status, body } = await post('plan', {
        metric: { type: 'proportion' },
        baseline: 0.1,
        minimum_effect: 0.1,
        traffic: { units_per_day: 2000, days: 14 },
        options: { method: 'fixed' },
      });
      // Oracle: 200,000 experiments of 15,468 units per arm drawn with numpy are significant in 80.1 %
      expect(status).toBe(200);
      expect(body).toMatchObject({ test: 'normal', looks: 1, days: 14, units_by_then: 28_000, reason: null });
      expect(body['units']).toBeGreaterThan(30_500);
      expect(body['units']).toBeLessThan(31_500);
      expect(body['duration_days']).toBe(16);
      expect(body['power']).toBeGreaterThan(0.7);
      expect(body['minimum_detectable_effect']).toBeGreaterThan(0.1);
    });

    it('needs more for an answer that may be read every day', async () => {
      const ask = { metric: { type: 'mean' }, baseline: { mean: 10, sd: 20 }, minimum_effect: 0.05, traffic: 1000 };
      const always = (await post('plan', ask)).body;
      const fixed = (await post('plan', { ...ask, options: { method: 'fixed' } })).body;
      expect(always['units']).toBeGreaterThan(Number(fixed['units']));
      expect(always['looks']).toBe(28);
    });

    it.each([
      [{ baseline: 0, minimum_effect: 0.1 }, 'control_mean_zero'],
      [{ baseline: 1, minimum_effect: 0.1 }, 'no_variance'],
      [{ baseline: 0.5, minimum_effect: 0 }, 'effect_zero'],
      [{ baseline: 0.5, minimum_effect: 3 }, 'effect_out_of_range'],
      [{ baseline: 0.5, minimum_effect: 0.1, weights: [1] }, 'too_few_arms'],
    ])('says why there is no plan: %j', async (ask, reason) => {
      const answer = await post('plan', { metric: { type: 'proportion' }, traffic: 100, ...ask });
      expect(answer).toMatchObject({ status: 200, body: { units: null, reason } });
    });

    it('names every field that is wrong', async () => {
      expect(await errorsOf('plan', { metric: { type: 'mean' }, baseline: { mean: 'x' }, traffic: { per_day: 1 } })).toEqual([
        ['/baseline/mean', 'number'],
        ['/traffic/per_day', 'unknown_field'],
        ['/traffic/units_per_day', 'required'],
      ]);
      expect(await errorsOf('plan', { metric: { type: 'mean' }, baseline: 1, traffic: 1 })).toEqual([['/baseline/sd', 'required']]);
    });
  });

  it.each(['analyze', 'assign', 'adjust', 'plan'])('%s refuses what is no JSON object', async (call) => {
    expect(await errorsOf(call, '[]')).toEqual([['', 'object']]);
    expect(await post(call, '{')).toMatchObject({ status: 400, body: { code: 'malformed_json' } });
  });
});
