import { aResult } from './a-result.fixture';
import { drawable, pointsOf, type PointRow } from './effect-points';

const point = (low: number | null, high: number | null): PointRow => ({
  at: '2026-01-02T00:00:00Z',
  arm: 'b',
  n: 10,
  effect: 0,
  low,
  high,
});

describe('the points of an effect over time', () => {
  it('have no figures where the arms could not be compared: a gap, and not the certainty of no change', () => {
    const arms = [{ arm: 'b', n: 3, effect: 0, interval: [0, 0] as const }];
    const series = { ...aResult.series, points: [{ at: '2026-01-02T00:00:00Z', arms }] };
    expect(pointsOf({ series })).toEqual([{ ...point(null, null), n: 3, effect: null }]);
  });

  it('are not drawn where they are so wide that the others would be pressed flat', () => {
    const [narrow, wide] = [point(-0.1, 0.2), point(-4, 9)];
    expect(drawable([wide, narrow, point(null, null)])).toEqual([narrow]);
  });

  it('are drawn where all of them are wide, the narrowest ones', () => {
    const [narrowest, wide, widest] = [point(-3, 3), point(-5, 6), point(-20, 20)];
    expect(drawable([widest, wide, narrowest, point(null, 1)])).toEqual([wide, narrowest]);
  });

  it('are none where there is none', () => expect(drawable([])).toEqual([]));
});
