import fc from 'fast-check';
import { coverOf, grainsWithinDays } from './time-cover';

const YEAR_2026 = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2027, 0, 1) };

describe('the cover of a range', () => {
  it('is disjoint, complete and made of whole buckets', () => {
    const instant = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 0, 9) });
    fc.assert(
      fc.property(instant, instant, fc.constantFrom([1440, 60, 15], [60, 15], [15]), (from, to, grains) => {
        const { buckets, rests } = coverOf({ from, to }, grains);
        const pieces = [...buckets, ...rests].sort((a, b) => a.from - b.from);
        expect(rests.length).toBeLessThanOrEqual(2);
        expect(pieces.reduce((end, piece) => (piece.from === end ? piece.to : Number.NaN), from)).toBe(Math.max(from, to));
        for (const { grainMinutes, from: start, to: end } of pieces) {
          if (grainMinutes === 0) expect(end - start).toBeLessThan(30 * 60_000);
          else expect([start % (grainMinutes * 60_000), end % (grainMinutes * 60_000)]).toEqual([0, 0]);
        }
      }),
    );
  });

  it('of whole UTC days is one piece', () => {
    expect(coverOf(YEAR_2026, [1440, 60, 15])).toEqual({ buckets: [{ grainMinutes: 1440, ...YEAR_2026 }], rests: [] });
  });
});

describe('buckets that fit the days of a zone', () => {
  it.each([
    ['UTC', [1440, 60, 15]],
    ['Asia/Singapore', [60, 15]],
    ['America/Los_Angeles', [60, 15]],
    ['Asia/Kolkata', [15]],
    ['Asia/Kathmandu', [15]],
    ['Australia/Lord_Howe', [15]],
  ])('of %s last %j minutes', (zone, grains) => {
    expect(grainsWithinDays(zone, YEAR_2026)).toEqual(grains);
  });
});
