import { coloursOf } from './palette';
import { daysFrom, endOf, isolated, splitUnfinished, valuesByDay } from './series';

const days = daysFrom('2026-02-27', '2026-03-02');

describe('series of a chart', () => {
  it('has every day once, over the end of a month', () => {
    expect(days).toEqual(['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02']);
  });

  it('a day without a row is a gap, a zero stays zero', () => {
    const rows = [
      { day: '2026-02-27', n: 3 },
      { day: '2026-03-01', n: 0 },
    ];
    expect(valuesByDay(days, rows, ({ n }) => n)).toEqual([3, null, 0, null]);
  });

  it('a figure that is not known has no interval, whatever ends the answer names', () => {
    expect(endOf({ share: null, upper: 1 }, 'share', 'upper')).toBeNull();
    expect(endOf({ share: 0, upper: 0.2 }, 'share', 'upper')).toBe(0.2);
  });

  it('the bucket that is not over is dotted, from the one before', () => {
    expect(splitUnfinished([1, 2, 3], true)).toEqual([
      [1, 2, null],
      [null, 2, 3],
    ]);
    expect(splitUnfinished([1, 2, 3], false)).toEqual([
      [1, 2, 3],
      [null, null, null],
    ]);
  });

  it('a value between gaps is found, as no line would show it', () => {
    expect(isolated([1, null, 2, 3, null, 4])).toEqual([0, 5]);
  });
});

describe('colours of engines', () => {
  const engines = ['dalle3', 'flux-pro', 'kandinsky', 'sdxl'];

  it('differ while there are enough of them', () => {
    expect(new Set(coloursOf(engines).values()).size).toBe(engines.length);
  });

  it('do not depend on the order in which engines are named', () => {
    expect(coloursOf([...engines].reverse())).toEqual(coloursOf(engines));
  });

  it('run out into grey', () => {
    const many = Array.from({ length: 12 }, (_, n) => `engine ${n}`);
    expect([...coloursOf(many).values()].filter((place) => place === -1)).toHaveLength(4);
  });
});
