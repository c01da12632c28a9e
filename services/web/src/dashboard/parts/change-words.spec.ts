import { points } from '../format/numbers';
import { around, changeWords, sideOf } from './change-words';

describe('a change', () => {
  it('is good or bad news only when what was before lies outside the interval of what is now', () => {
    const now = { previous: 50, lower: 49, upper: 53 };
    expect(changeWords(1.5, points, { within: now })).toEqual({ text: '1.5', trend: 'untold' });
    expect(changeWords(1.5, points, { within: { ...now, previous: 48 } })?.trend).toBe('better');
    expect(changeWords(-4, points, { within: { ...now, previous: 55 } })?.trend).toBe('worse');
  });

  it('is told by the side of the interval on which what was before lies, its ends included', () => {
    const sides = [48, 49, 53, 54, null].map((previous) => sideOf({ previous, lower: 49, upper: 53 }));
    expect(sides).toEqual(['below', 'within', 'within', 'above', null]);
  });

  it('turns round where less is better, and too small a one is neither', () => {
    expect(changeWords(2, points, { up: 'worse' })?.trend).toBe('worse');
    expect(changeWords(0.001, points)?.trend).toBe('same');
    expect(changeWords(null, points)).toBeNull();
  });
});

it('a figure that is not known has no interval', () => {
  expect(around({ value: null, lower: 0, upper: 100 }, points)).toBeUndefined();
  expect(around({ value: 50, lower: 40, upper: 60 }, points)).toBe('40.0–60.0');
});
