import fc from 'fast-check';
import { ExactSum } from './exact-sum';

const sumOf = (values: readonly (number | string)[]): string => {
  const sum = new ExactSum();
  for (const value of values) sum.add(value);
  return sum.toString();
};

describe('exact sum', () => {
  it.each([
    [[0.1, 0.2], '0.3'],
    [['12.50', 1], '13.50'],
    [[1e-7, 1], '1.0000001'],
    [[1e21], '1000000000000000000000'],
    [['-0.25', 0.25], '0.00'],
    [[], '0'],
  ])('of %j is %s', (values, expected) => {
    expect(sumOf(values)).toBe(expected);
  });

  it('does not depend on the order, and forgets what is taken away', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true })), fc.double({ min: 0, max: 100, noNaN: true }), (values, other) => {
        expect(sumOf([...values].reverse())).toBe(sumOf(values));
        const sum = new ExactSum();
        for (const value of [...values, other]) sum.add(value);
        sum.add(other, -1);
        for (const value of values) sum.add(value, -1);
        expect(sum.isZero()).toBe(true);
      }),
    );
  });

  it('refuses what is no decimal', () => {
    expect(() => new ExactSum().add('NaN')).toThrow(RangeError);
  });
});
