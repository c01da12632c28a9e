import { compact, count, counted, duration, interval, money, NOTHING, percent, percentagePoints, seconds, signed } from './numbers';

describe('figures in words', () => {
  it('a figure that is not known is a dash, and zero is zero', () => {
    for (const format of [count, percent, seconds, duration, money('USD'), signed(count)]) {
      expect(format(null)).toBe(NOTHING);
      expect(format(undefined)).toBe(NOTHING);
      expect(format(Number.NaN)).toBe(NOTHING);
    }
    expect(count(0)).toBe('0');
    expect(percent(0)).toBe('0.0 %');
  });

  it('shares are percent with one digit', () => {
    expect(percent(0.7142)).toBe('71.4 %');
    expect(percent(1)).toBe('100.0 %');
  });

  it('changes carry their sign, and one too small to see is neither up nor down', () => {
    expect(percentagePoints(0.021)).toBe('+2.1');
    expect(percentagePoints(-0.004)).toBe('−0.4');
    expect(percentagePoints(0.0001)).toBe('±0.0');
  });

  it('an interval has its unit once', () => {
    expect(interval(0.699, 0.728)).toBe('69.9–72.8 %');
    expect(interval(1.5, 2.25, seconds)).toBe('1.5–2.3 s');
    expect(interval(0.5, 2, seconds)).toBe('500 ms–2.0 s');
    expect(interval(-0.105, 0.2)).toBe('−10.5 to 20.0 %');
    expect(interval(null, 1)).toBe(NOTHING);
  });

  it('an interval without an upper end says what is known', () => {
    expect(interval(1.5, null, seconds)).toBe('at least 1.5 s');
    expect(interval(0, null, seconds)).toBe('too few values');
  });

  it('money keeps the digits that small amounts need, in its own currency', () => {
    expect(money('USD')(0.016)).toBe('$0.016');
    expect(money('USD')(-1234.5)).toBe('−$1,234.50');
    expect(money('EUR')(2)).toBe('2.00 EUR');
    expect(money('USD')(0)).toBe('$0.00');
  });

  it('durations have the unit of their size', () => {
    expect([240, 1_500, 120_000, 7_200_000, 864_000_000].map(duration)).toEqual(['240 ms', '1.5 s', '2 min', '2 h', '10 days']);
    expect([0.24, 3.5, 240].map(seconds)).toEqual(['240 ms', '3.5 s', '240 s']);
  });

  it('counts agree with their noun, and are short where room is', () => {
    expect(counted(1, 'rating')).toBe('1 rating');
    expect(counted(1_200, 'rating')).toBe('1,200 ratings');
    expect([9_999, 12_345].map(compact)).toEqual(['9,999', '12.3K']);
  });
});
