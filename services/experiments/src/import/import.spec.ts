import { readFileSync } from 'node:fs';
import { compare, sumsOfUnits } from '@picly/statistics';
import { dataDir } from '@picly/testing';
import { analyseImport, type ImportAnswer } from './analyse-import';
import { readImport } from './read-import';

const folder = dataDir();

function run(body: object): ImportAnswer {
  const request = readImport(body);
  if (!('definition' in request)) throw new Error(JSON.stringify(request));
  const answer = analyseImport(request);
  if (!('design' in answer)) throw new Error(JSON.stringify(answer));
  return answer;
}

const errorsOf = (body: object): string[] => {
  const request = readImport(body);
  const answer = 'definition' in request ? analyseImport(request) : request;
  return 'design' in answer ? [] : answer.map(({ pointer, code }) => `${pointer} ${code}`);
};

const BASE = { arms: ['a', 'b'], metrics: [{ key: 'won', type: 'proportion' }] };

describe('a finished test', () => {
  it('can be given as counts', () => {
    const answer = run({
      ...BASE,
      counts: [
        { arm: 'a', metric: 'won', n: 1_000, sum: 200 },
        { arm: 'b', metric: 'won', n: 1_000, sum: 320 },
      ],
    });
    expect(answer).toMatchObject({ decision: { verdict: 'ship', arm: 'b' } });
  });

  it('can be given as counts with the time before, for CUPED', () => {
    const units = (lift: number) => Array.from({ length: 400 }, (_, n) => ({ value: (n % 20) + lift + (n % 3) / 3, pre: n % 20 }));
    const [control, arm] = [sumsOfUnits(units(0)), sumsOfUnits(units(0.5))];
    const count = (name: string, sums: typeof control): object => ({
      arm: name,
      metric: 'spent',
      n: sums.n,
      sum: sums.sum,
      sum_squares: sums.sumSquares,
      pre_sum: sums.preSum,
      pre_sum_squares: sums.preSumSquares,
      post_pre_sum: sums.postPreSum,
    });
    const answer = run({ arms: ['a', 'b'], metrics: [{ key: 'spent', type: 'mean' }], counts: [count('a', control), count('b', arm)] });
    const expected = compare('mean', control, arm, { cuped: true });
    expect(answer.metrics).toMatchObject([
      { comparisons: [{ cuped: { effect: expected.effect, theta: expected.theta, se: expected.se } }] },
    ]);
  });

  it.each([
    ['a mean without squares', 'mean', [{}, {}], ['0/sum_squares', '1/sum_squares']],
    ['an arm without the squares that the other has', 'mean', [{ sum_squares: 9 }, {}], ['1/sum_squares']],
    [
      'the time before of one arm alone',
      'mean',
      [{ sum_squares: 9, pre_sum: 4, pre_sum_squares: 8, post_pre_sum: 8 }, { sum_squares: 9 }],
      ['1/pre_sum', '1/pre_sum_squares', '1/post_pre_sum'],
    ],
    ['the time before in part', 'proportion', [{ post_pre_sum: 2 }, { pre_sum: 2, post_pre_sum: 2 }], ['0/pre_sum']],
    [
      'a ratio without what it is by',
      'ratio',
      [{ sum_squares: 9, denominator_sum: 5, denominator_sum_squares: 9, numerator_denominator_sum: 7 }, { sum_squares: 9 }],
      ['1/denominator_sum', '1/denominator_sum_squares', '1/numerator_denominator_sum'],
    ],
  ])('is refused with counts of %s, which would count as nothing', (_what, type, arms, missing) => {
    const counts = arms.map((sums, at) => ({ arm: BASE.arms[at], metric: 'spent', n: 5, sum: 4, ...sums }));
    const metrics = [{ key: 'spent', type, ...(type === 'ratio' && { per_column: 'visits' }) }];
    expect(errorsOf({ ...BASE, metrics, counts })).toEqual(missing.map((name) => `/counts/${name} required`));
  });

  it('may have sums in its counts that the metric does not need', () => {
    const counts = BASE.arms.map((arm) => ({ arm, metric: 'won', n: 10, sum: 4, ...(arm === 'a' && { pre_sum_squares: 3 }) }));
    expect(errorsOf({ ...BASE, counts })).toEqual([]);
  });

  it('adds up the rows of a unit, leaves out those of several arms, and counts rows of other arms', () => {
    const answer = run({ ...BASE, csv: 'unit,arm,won\n1,a,TRUE\n1,a,false\n2,b,0\n2,b,\n3,a,1\n3,b,1\n4,c,1\n' });
    expect(answer).toMatchObject({
      rows: 7,
      rows_of_other_arms: 1,
      metrics: [
        {
          arms: [
            { n: 1, value: 1 },
            { n: 1, value: 0 },
          ],
        },
      ],
      health: { multiple_exposure: { units: 1 } },
    });
  });

  it('caps what a unit counts for, at a value or at a percentile of the units of all arms', () => {
    const lines = Array.from({ length: 200 }, (_, n) => `${n},${n % 2 ? 'a' : 'b'},${n === 8 ? 1_000_000 : 1 + (n % 4)}`);
    const csv = ['unit,arm,spent', ...lines].join('\n');
    const valueOf = (more: object): number => {
      const answer = run({ arms: ['a', 'b'], metrics: [{ key: 'spent', type: 'mean', ...more }], csv });
      return answer.metrics[0]?.arms.find(({ arm }) => arm === 'b')?.value ?? 0;
    };
    expect(valueOf({})).toBeGreaterThan(10_000);
    // Of b, half spend 1 and half 3; the one that spends a million would have spent 1.
    expect(valueOf({ cap: 3 })).toBeCloseTo(2 + 2 / 100, 12);
    expect(valueOf({ cap_quantile: 0.99 })).toBeCloseTo(2 + 3 / 100, 12);
    expect(errorsOf({ ...BASE, metrics: [{ key: 'won', type: 'mean', cap: 1, cap_quantile: 0.9 }], csv })).toEqual([
      '/metrics/0/cap_quantile metric_shape',
    ]);
    expect(errorsOf({ ...BASE, metrics: [{ key: 'won', type: 'mean', cap: 1 }], counts: [] })).toEqual(['/metrics metric_shape']);
  });

  it.each([
    ['no source', {}, ['/csv required']],
    ['two sources', { csv: 'unit,arm,won\n', counts: [] }, ['/csv required']],
    ['a row without number', { csv: 'unit,arm,won\n1,a,maybe\n' }, ['/rows/1 row']],
    ['a row without arm', { csv: 'unit,arm,won\n1,,1\n' }, ['/rows/1 row']],
    ['lines that are no JSON', { ndjson: '{"unit":1\n' }, ['/ndjson ndjson']],
    ['one arm', { arms: ['a'], csv: 'unit,arm,won\n' }, ['/arms too_few_arms']],
    ['a column that is not in the file', { csv: 'unit,arm,won2\n1,a,1\n' }, ['/metrics/0/column unknown_column']],
    ['lines that are no objects', { ndjson: 'null\n5\n{"unit":1,"arm":"a","won":1}\n' }, ['/rows/1 row', '/rows/2 row']],
    ['counts of more successes than units', { counts: [{ arm: 'a', metric: 'won', n: 3, sum: 4 }] }, ['/counts/0/sum number']],
    [
      'counts of what nobody compares',
      { counts: [{ arm: 'c', metric: 'x', n: 3, sum: 2 }] },
      ['/counts/0/arm unknown_arm', '/counts/0/metric unknown_metric'],
    ],
    ['an unknown primary metric', { primary_metric: 'x', csv: 'unit,arm,won\n' }, ['/primary_metric unknown_metric']],
  ])('is refused with %s, saying why', (_what, more, errors) => expect(errorsOf({ ...BASE, ...more })).toEqual(errors));

  it('without any unit has no winner and no number that is none', () => {
    const answer = run({ ...BASE, csv: 'unit,arm,won\n' });
    expect(JSON.stringify(answer)).not.toMatch(/NaN|Infinity|"value":null,"n":1/);
    expect(answer).toMatchObject({ decision: { verdict: 'cannot_tell' } });
  });
});

if (folder === undefined) {
  process.stderr.write('published tests: not available (set PICLY_DATA_DIR to the folder of cookie_cats.csv)\n');
  it('published tests are compared only where the files are', () => expect(folder).toBeUndefined());
} else {
  describe('a published test', () => {
    it('of a mobile game gives the published figures, and its split is reported', () => {
      const body = {
        arms: ['gate_40', 'gate_30'],
        unit_column: 'userid',
        arm_column: 'version',
        metrics: [
          { key: 'retention_1', type: 'proportion' },
          { key: 'retention_7', type: 'proportion' },
        ],
        planned_sample: 90_189,
        csv: readFileSync(`${folder}/cookie_cats.csv`, 'utf8'),
      };
      const day1 = run(body);
      const day7 = run({ ...body, primary_metric: 'retention_7', maximum_loss: 0.02 });
      if (day1.design !== 'independent' || day7.design !== 'independent') throw new Error('not paired');
      const [one] = day1.metrics;
      const [seven] = day7.metrics;
      expect(one?.arms).toMatchObject([
        { arm: 'gate_40', n: 45_489, value: 20_119 / 45_489 },
        { arm: 'gate_30', n: 44_700, value: 20_034 / 44_700 },
      ]);
      expect(one?.comparisons[0]?.fixed_horizon?.absolute.p).toBeCloseTo(0.0744, 3);
      expect(seven?.comparisons[0]?.fixed_horizon?.absolute.p).toBeCloseTo(0.00155, 4);
      expect(day1.decision).toMatchObject({ verdict: 'cannot_tell', arm: null });
      expect(day7.decision).toMatchObject({ verdict: 'ship', arm: 'gate_30' });
      expect(day1.health.sample_ratio).toMatchObject({ alarm: false, suspicious: true });
      expect(day1.health.sample_ratio.p).toBeCloseTo(0.00861, 4);
    });

    it('of engines takes the prompt as the unit, however often it was rated', () => {
      const answer = run({
        arms: ['sd1dot1', 'sd1dot5', 'sd2dot1', 'mini-dalle', 'vq-diffusion'],
        unit_column: 'prompt_id',
        arm_column: 'engine',
        design: 'paired',
        metrics: [{ key: 'rating', type: 'mean' }],
        csv: readFileSync(`${folder}/human_ratings_tifa160.csv`, 'utf8'),
      });
      if (answer.design !== 'paired') throw new Error('paired');
      expect(answer.rows).toBe(2_121);
      const [rating] = answer.metrics;
      for (const { n } of rating?.arms ?? []) expect(n).toBeLessThanOrEqual(160);
      expect(rating?.comparisons.find(({ arm }) => arm === 'vq-diffusion')?.relative.effect).toBeLessThan(0);
    });
  });
}
