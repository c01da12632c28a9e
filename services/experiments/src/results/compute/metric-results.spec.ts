import { percentileName } from './metric-results';

it.each([
  [0.57, '57th percentile'],
  [0.29, '29th percentile'],
  [0.9, '90th percentile'],
  [0.999, '99.9th percentile'],
])('the percentile at %d is called the %s', (fraction, name) => expect(percentileName(fraction)).toBe(name));
