import fc from 'fast-check';
import {
  LOG_HISTOGRAM_ERROR,
  logBin,
  logHistogramQuantile,
  mergeLogBins,
  valueOfLogBin,
  ZERO_BIN,
  type LogBinCount,
} from './log-histogram';
import { percentileCont } from './percentile';

const histogramOf = (values: readonly number[]): LogBinCount[] => mergeLogBins(values.map((value) => ({ bin: logBin(value), count: 1 })));
const durations = fc.array(fc.integer({ min: 0, max: 31_536_000_000 }), { minLength: 1, maxLength: 200 });

describe('log histogram', () => {
  it('keeps zero, and nothing else of use, in the zero bin', () => {
    expect(logBin(0)).toBe(ZERO_BIN);
    expect(logBin(1)).toBe(0);
    expect(valueOfLogBin(ZERO_BIN)).toBe(0);
  });

  it('treats what is no duration as zero', () => {
    expect([Number.NaN, -1].map(logBin)).toEqual([ZERO_BIN, ZERO_BIN]);
    expect(Number.isInteger(logBin(Number.POSITIVE_INFINITY))).toBe(true);
  });

  it('reads every value back within 1 %', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e15, noNaN: true }), (value) => {
        expect(Math.abs(valueOfLogBin(logBin(value)) - value) / value).toBeLessThanOrEqual(LOG_HISTOGRAM_ERROR + 1e-9);
      }),
    );
  });

  it('answers every percentile within 1 % of percentile_cont, tied values included', () => {
    fc.assert(
      fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (values, fraction) => {
        const exact =
          percentileCont(
            [...values].sort((a, b) => a - b),
            fraction,
          ) ?? 0;
        const estimate = logHistogramQuantile(histogramOf(values), fraction) ?? Number.MAX_VALUE;
        expect(Math.abs(estimate - exact)).toBeLessThanOrEqual(exact * LOG_HISTOGRAM_ERROR + 1e-6);
      }),
    );
  });

  it('of two parts is the sum of their histograms', () => {
    fc.assert(
      fc.property(durations, durations, (a, b) => {
        expect(mergeLogBins(histogramOf(a), histogramOf(b))).toEqual(histogramOf([...a, ...b]));
      }),
    );
  });

  it('has no percentile without values', () => {
    expect(logHistogramQuantile([], 0.5)).toBeNull();
    expect(logHistogramQuantile([{ bin: 3, count: 0 }], 0.5)).toBeNull();
  });
});
