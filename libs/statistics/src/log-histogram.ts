/** Largest relative error of a value read back from its bin. */
export const LOG_HISTOGRAM_ERROR = 0.01;

const GAMMA = (1 + LOG_HISTOGRAM_ERROR) / (1 - LOG_HISTOGRAM_ERROR);
const LN_GAMMA = Math.log(GAMMA);

/** The bin of zero and of everything below `SMALLEST`; sorts before all others and fits an int4 column. */
export const ZERO_BIN = -2_147_483_648;
const SMALLEST = 1e-9;
/** log(1.8e308) / log(gamma) stays far below; a bound keeps every bin an int4. */
const LARGEST = Number.MAX_VALUE;

/**
 * The bin of a value >= 0: ceil(log_gamma value), gamma = (1 + e) / (1 - e). Bins of equal width on a log scale, so counts of
 * any two histograms add and a value is known to 1 %, whatever its size (Masson, Rim, Lee: DDSketch, VLDB 2019).
 */
export function logBin(value: number): number {
  if (!(value >= SMALLEST)) return ZERO_BIN;
  return Math.ceil(Math.log(Math.min(value, LARGEST)) / LN_GAMMA);
}

/** The value that stands for all values of a bin: within 1 % of each of them. */
export function valueOfLogBin(bin: number): number {
  return bin === ZERO_BIN ? 0 : (2 * Math.exp(bin * LN_GAMMA)) / (GAMMA + 1);
}

/** The largest value of a bin. */
export const upperEdgeOfLogBin = (bin: number): number => (bin === ZERO_BIN ? 0 : Math.exp(bin * LN_GAMMA));

/** No value of a bin is below it; only in the bin of zero it is one of them. */
export const lowerEdgeOfLogBin = (bin: number): number => (bin === ZERO_BIN ? 0 : Math.exp((bin - 1) * LN_GAMMA));

/** How many values fell into a bin. */
export interface LogBinCount {
  readonly bin: number;
  readonly count: number;
}

/** Adds histograms: the count of a bin is the sum of its counts. Bins ascend in the result. */
export function mergeLogBins(...histograms: readonly (readonly LogBinCount[])[]): LogBinCount[] {
  const counts = new Map<number, number>();
  for (const { bin, count } of histograms.flat()) counts.set(bin, (counts.get(bin) ?? 0) + count);
  return [...counts].map(([bin, count]) => ({ bin, count })).sort((a, b) => a.bin - b.bin);
}

/** Reads of several ranks of one histogram hand on what `mergeLogBins` gave them: it is looked through, not sorted again. */
function ascending(bins: readonly LogBinCount[]): readonly LogBinCount[] {
  let last = -Infinity;
  for (const { bin, count } of bins) {
    if (bin <= last || count <= 0) return mergeLogBins(bins).filter((kept) => kept.count > 0);
    last = bin;
  }
  return bins;
}

/** The bin that holds a rank (0 is the smallest value's) of ascending bins. */
function binAt(ascendingBins: readonly LogBinCount[], rank: number): number | undefined {
  let passed = 0;
  for (const { bin, count } of ascendingBins) {
    passed += count;
    if (rank < passed) return bin;
  }
  return ascendingBins.at(-1)?.bin;
}

/** The bin that holds a rank (0 is the smallest value's); the last one for ranks beyond. Null without values. Bins may come in any order. */
export function logBinAtRank(bins: readonly LogBinCount[], rank: number): number | null {
  return binAt(ascending(bins), rank) ?? null;
}

/**
 * The `fraction` percentile of the counted values, by the rule of `percentile_cont`: linear interpolation between the values
 * at the two closest ranks. As each of these is within 1 %, so is the result. Null without values. Bins may come in any order.
 */
export function logHistogramQuantile(bins: readonly LogBinCount[], fraction: number): number | null {
  const sorted = ascending(bins);
  const total = sorted.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return null;
  const position = Math.min(Math.max(fraction, 0), 1) * (total - 1);
  const valueAt = (rank: number): number => valueOfLogBin(binAt(sorted, rank) ?? ZERO_BIN);
  const below = valueAt(Math.floor(position));
  const above = valueAt(Math.ceil(position));
  return below + (above - below) * (position - Math.floor(position));
}
