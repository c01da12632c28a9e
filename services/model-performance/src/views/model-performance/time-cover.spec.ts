import fc from 'fast-check';
import { coverOf, histogramCoverOf, type Range } from './time-cover';

const QUARTER = 900_000;
const DAY = 96 * QUARTER;
const grain = QUARTER / 3;
const ranges = fc
  .tuple(fc.integer({ min: 0, max: 5 * 96 * 3 }), fc.integer({ min: 0, max: 5 * 96 * 3 }))
  .map(([a, b]): Range => ({ from: Math.min(a, b) * grain, to: Math.max(a, b) * grain }));

const within = (at: number, range: Range): number => (at >= range.from && at < range.to ? 1 : 0);
const instants = fc.integer({ min: -10, max: 5 * 96 * 3 + 10 }).map((n) => n * grain + 1);
const aligned = (step: number, { from, to }: Range): boolean => from % step === 0 && to % step === 0;

describe('the parts of a time range', () => {
  it('are disjoint, whole days and quarter hours, and together the range', () => {
    fc.assert(
      fc.property(ranges, fc.boolean(), instants, (range, byDay, at) => {
        const { days, slots, calls } = coverOf(range, byDay);
        expect([days, ...slots, ...calls].reduce((n, part) => n + within(at, part), 0)).toBe(within(at, range));
        expect(aligned(DAY, days)).toBe(true);
        expect(slots.every((slot) => aligned(QUARTER, slot))).toBe(true);
        expect(calls.every((part) => part.to - part.from <= 2 * QUARTER)).toBe(true);
      }),
    );
  });

  it('use no day of UTC when days of another zone are asked for', () => {
    expect(coverOf({ from: 0, to: 3 * DAY }, false)).toEqual({ days: { from: 0, to: 0 }, slots: [{ from: 0, to: 3 * DAY }], calls: [] });
  });

  it('of a histogram add up to the range by their signs: whole months, days and short ends', () => {
    const half = fc.integer({ min: 0, max: 200 * 3 * 4 }).map((n) => n * (DAY / 12));
    fc.assert(
      fc.property(half, half, half, (a, b, c) => {
        const range = { from: Math.min(a, b), to: Math.max(a, b) };
        const at = c + 1;
        const { months, days, calls } = histogramCoverOf(range);
        const signed = [...days, ...calls].reduce((n, part) => n + part.sign * within(at, part), within(at, months));
        expect(signed).toBe(within(at, range));
        for (const end of [months.from, months.to]) expect(new Date(end).toISOString()).toMatch(/-01T00:00:00.000Z$/);
        expect(days.every((part) => aligned(DAY, part) && part.to - part.from <= 31 * DAY)).toBe(true);
        expect(calls.every((part) => part.to - part.from <= DAY)).toBe(true);
      }),
    );
  });

  it('of a range that ends today near midnight need only the calls after its end', () => {
    expect(histogramCoverOf({ from: 0, to: 2 * DAY - QUARTER }).calls).toEqual([{ from: 2 * DAY - QUARTER, to: 2 * DAY, sign: -1 }]);
  });
});
