import fc from 'fast-check';
import { CopyText } from './copy-text';

function instants(...list: readonly number[]): string[] {
  const text = new CopyText();
  for (const ms of list) {
    text.instant(ms);
    text.endCell();
  }
  return text.lines().toString().split('\t').slice(0, -1);
}

it('writes every instant as Date does', () => {
  const dates = fc.date({ noInvalidDate: true }).map((date) => date.getTime());
  const anyInstant = fc.oneof(dates, fc.integer(), fc.double({ min: -1e12, max: 1e13, noNaN: true }));
  fc.assert(
    fc.property(fc.array(anyInstant), (list) => {
      expect(instants(...list)).toEqual(list.map((ms) => new Date(ms).toISOString()));
    }),
    { numRuns: 1_000 },
  );
});

it.each([-86_400_000, -1, 0, 86_399_999, 86_400_000, 1_709_164_800_000, 8.64e15, -8.64e15])('knows the border %d', (ms) => {
  expect(instants(ms)).toEqual([new Date(ms).toISOString()]);
});

it.each([Number.NaN, Number.POSITIVE_INFINITY, 8.65e15])('refuses %d', (ms) => {
  const text = new CopyText();
  expect(() => text.instant(ms)).toThrow(RangeError);
  text.instant(0);
  expect(text.lines().toString()).toBe('1970-01-01T00:00:00.000Z');
});
