import fc from 'fast-check';
import { compare, type CompareOptions } from './compare';
import type { ArmSums, MetricType } from './arm-sums';

const A = { n: 3407, sum: 1396.87, sumSquares: 52377.9767 };
const B = { n: 3461, sum: 2422.7, sumSquares: 134698.29 };

describe('comparing two arms', () => {
  // Rows of statistics.md
  it.each<[string, MetricType, ArmSums, ArmSums, Partial<CompareOptions>, number[]]>([
    ['means, relative', 'mean', A, B, {}, [0.70732, -0.03526, 1.44989, 0.37879, 0.06191]],
    ['means, absolute', 'mean', A, B, { effect: 'absolute' }, [0.29, 0.04538, 0.53462, 0.12478, 0.02016]],
    ['proportions, relative', 'proportion', { n: 28, sum: 14 }, { n: 30, sum: 16 }, {}, [0.06667, -0.47767, 0.61101, 0.2717, 0.80707]],
  ])('fixed horizon: %s', (_, type, control, arm, options, expected) => {
    const { effect, interval, se, p } = compare(type, control, arm, { method: 'fixed', ...options });
    [effect, interval[0], interval[1], se, p].forEach((value, at) => expect(value).toBeCloseTo(expected[at] ?? Number.NaN, 4.9));
  });
});
