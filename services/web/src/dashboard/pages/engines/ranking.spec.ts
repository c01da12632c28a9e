import type { ModelRow } from '../../api/rows';
import { analysisBody, bestBy, bestByQuality, notToldApart } from './ranking';

const row = (engine: string, some: Partial<ModelRow>): ModelRow =>
  ({ engine, rating_count: 100, rating_success_rate: 0.5, rating_success_lower: 0.4, ...some }) as ModelRow;

describe('which engine is best', () => {
  const rows = [
    row('few', { rating_count: 1, rating_success_rate: 1, rating_success_lower: 0.2 }),
    row('many', { rating_count: 1000, rating_success_rate: 0.8, rating_success_lower: 0.77 }),
    row('silent', { rating_count: 0, rating_success_rate: null, rating_success_lower: 0 }),
  ];

  it('goes by the lower bound, so that few ratings cannot win', () => expect(bestByQuality(rows)?.engine).toBe('many'));

  it('knows no best of a figure that nobody has', () => {
    expect(bestBy(rows, () => null, 'least')).toBeUndefined();
    expect(bestByQuality([])).toBeUndefined();
  });

  it('asks the API to compare the others with the best, in whole ratings', () => {
    expect(analysisBody(rows)).toMatchObject({
      metric: { type: 'proportion' },
      arms: [
        { key: 'many', n: 1000, sum: 800 },
        { key: 'few', n: 1, sum: 1 },
      ],
      options: { method: 'always_valid' },
    });
    expect(analysisBody(rows.slice(0, 1))).toBeUndefined();
  });

  it('cannot tell apart what includes no difference', () => {
    const of = (arm: string, low: number | null, high: number | null) => ({ arm, effect: 0, interval: [low, high] as const, p: 1 });
    expect(notToldApart({ comparisons: [of('a', -0.1, 0.1), of('b', -0.3, -0.1), of('c', null, 0.2)] })).toEqual(['a', 'c']);
  });
});
