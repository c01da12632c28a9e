import fc from 'fast-check';
import { instantText } from './instant-text';

it('writes every instant as Date does', () => {
  const dates = fc.date({ noInvalidDate: true }).map((date) => date.getTime());
  const instants = fc.oneof(dates, fc.integer(), fc.double({ min: -1e12, max: 1e13, noNaN: true }));
  fc.assert(
    fc.property(fc.array(instants), (list) => {
      expect(list.map(instantText)).toEqual(list.map((ms) => new Date(ms).toISOString()));
    }),
    { numRuns: 1_000 },
  );
});

it.each([-86_400_000, -1, 0, 86_399_999, 86_400_000, 1_709_164_800_000, 8.64e15, -8.64e15])('knows the border %d', (ms) => {
  expect(instantText(ms)).toBe(new Date(ms).toISOString());
});

it.each([Number.NaN, Number.POSITIVE_INFINITY, 8.65e15])('refuses %d', (ms) => {
  expect(() => instantText(ms)).toThrow(RangeError);
  expect(instantText(0)).toBe('1970-01-01T00:00:00.000Z');
});
