import fc from 'fast-check';
import { allocate } from './allocate';

const needs = fc.array(fc.nat(500), { minLength: 1, maxLength: 20 });

describe('sharing a limit among partitions', () => {
  it('gives nobody more than it has, and all that is allowed', () => {
    fc.assert(
      fc.property(needs, fc.nat(2_000), (available, total) => {
        const shares = allocate(available, total);
        shares.forEach((share, index) => expect(share).toBeLessThanOrEqual(available[index] ?? 0));
        const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
        expect(sum(shares)).toBe(Math.min(total, sum(available)));
      }),
    );
  });

  it('gives what one does not need to the others', () => {
    expect(allocate([1, 100, 100], 21)).toEqual([1, 10, 10]);
  });
});
