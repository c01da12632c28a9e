import { percentileCont } from './percentile';

describe('exact percentile', () => {
  it.each([
    [[1, 2, 3, 4, 5], 0.1, 1.4], // Postgres: percentile_cont(0.1) over 1..5
    [[1, 2, 3, 4, 5], 0.5, 3],
    [[30, 45], 0.5, 37.5],
    [[7], 0.99, 7],
    [[1, 2], 2, 2],
  ])('of %j at %d is %d', (values, fraction, expected) => {
    expect(percentileCont(values, fraction)).toBeCloseTo(expected, 12);
  });

  it('of nothing is null', () => {
    expect(percentileCont([], 0.5)).toBeNull();
  });
});
