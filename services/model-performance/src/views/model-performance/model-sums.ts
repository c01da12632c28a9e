import { meanInterval, wilson } from '@picly/statistics';

/** Columns of whole numbers that add, of an engine in a bucket of time. */
export const COUNTS = [
  'calls',
  'successes',
  'failures',
  'cost_micros',
  'revenue_micros',
  'r1',
  'r2',
  'r3',
  'r4',
  'r5',
  'quality_count',
  'quality_squares',
  'rated_calls',
  'rated_cost_micros',
  'well_rated_calls',
] as const;

/** Sums of one engine, model version and currency as the tables hold them. */
export interface StoredSums {
  readonly day?: string;
  /** Empty when all engines are one. */
  readonly engine: string;
  /** Empty when the calls name none, or all versions are one. */
  readonly model_version: string;
  readonly currency: string;
  readonly calls: number;
  readonly successes: number;
  readonly failures: number;
  readonly cost_micros: number | string;
  readonly revenue_micros: number | string;
  readonly r1: number;
  readonly r2: number;
  readonly r3: number;
  readonly r4: number;
  readonly r5: number;
  readonly quality_sum: string;
  readonly quality_count: number;
  /** Null of rows that an older version wrote. */
  readonly quality_squares: number | string | null;
  readonly rated_calls: number;
  readonly rated_cost_micros: number | string;
  readonly well_rated_calls: number;
  readonly failures_by_cause: Readonly<Record<string, number>> | null;
}

/** Money in one currency, decimal units; ratios 0..1; null where there is nothing to divide by. */
export interface Amounts {
  readonly currency: string;
  readonly cost: number;
  readonly revenue: number;
  readonly margin: number;
  /** Margin by revenue. */
  readonly margin_rate: number | null;
  /** Cost of all calls by the pictures that came out. */
  readonly cost_per_success: number | null;
  /** Margin by the pictures that came out. */
  readonly margin_per_success: number | null;
  /** Cost of the rated pictures by those rated 4 to 5 stars (mean over their raters). */
  readonly cost_per_well_rated: number | null;
}

type SingleAmounts = { readonly [K in keyof Amounts]: Amounts[K] | null };

/** What the calls of one group came to. The amounts are null when currencies are mixed; `amounts` has them apart. */
export interface ModelSums extends SingleAmounts {
  readonly engine: string | null;
  readonly model_version: string | null;
  readonly calls: number;
  readonly successes: number;
  readonly failures: number;
  readonly success_rate: number;
  readonly success_lower: number;
  readonly success_upper: number;
  readonly failure_rate: number;
  readonly failure_lower: number;
  readonly failure_upper: number;
  readonly failures_by_cause: Readonly<Record<string, number>>;
  readonly amounts: readonly Amounts[];
  readonly avg_rating: number | null;
  /** 95 % bounds of the mean by Student's t, within the scale. */
  readonly avg_rating_lower: number;
  readonly avg_rating_upper: number;
  readonly rating_count: number;
  readonly rating_distribution: readonly number[];
  /** Share of 4 and 5 stars among the ratings, with its Wilson bounds. */
  readonly rating_success_rate: number | null;
  readonly rating_success_lower: number;
  readonly rating_success_upper: number;
  readonly quality_avg: number | null;
  readonly quality_lower: number;
  readonly quality_upper: number;
  readonly quality_count: number;
  readonly rated_calls: number;
  readonly well_rated_calls: number;
}

const MICROS = 1_000_000;
/** Squares of quality scores are summed in millionths. */
export const SQUARE_UNITS = 1_000_000;
/** The ends of the scales, which no mean lies beyond. */
const STARS = [1, 5] as const;
const POINTS = [0, 100] as const;
const total = (rows: readonly StoredSums[], of: (row: StoredSums) => number): number => rows.reduce((sum, row) => sum + of(row), 0);
const per = (amount: number, n: number): number | null => (n === 0 ? null : amount / n);

function amountsOf(row: StoredSums): Amounts {
  const [cost, revenue] = [BigInt(row.cost_micros), BigInt(row.revenue_micros)];
  const margin = Number(revenue - cost);
  return {
    currency: row.currency,
    cost: Number(cost) / MICROS,
    revenue: Number(revenue) / MICROS,
    margin: margin / MICROS,
    margin_rate: per(margin, Number(revenue)),
    cost_per_success: per(Number(cost) / MICROS, row.successes),
    margin_per_success: per(margin / MICROS, row.successes),
    cost_per_well_rated: per(Number(row.rated_cost_micros) / MICROS, row.well_rated_calls),
  };
}

const UNTOLD: SingleAmounts = {
  currency: null,
  cost: null,
  revenue: null,
  margin: null,
  margin_rate: null,
  cost_per_success: null,
  margin_per_success: null,
  cost_per_well_rated: null,
};

function outcomes(rows: readonly StoredSums[]) {
  const [calls, successes, failures] = [total(rows, (r) => r.calls), total(rows, (r) => r.successes), total(rows, (r) => r.failures)];
  const [successLower, successUpper] = wilson(successes, calls);
  return {
    calls,
    successes,
    failures,
    success_rate: successes / calls,
    success_lower: successLower,
    success_upper: successUpper,
    failure_rate: failures / calls,
    failure_lower: 1 - successUpper,
    failure_upper: 1 - successLower,
  };
}

function quality(rows: readonly StoredSums[]) {
  const n = total(rows, (r) => r.quality_count);
  const sum = total(rows, (r) => Number(r.quality_sum));
  const isWhole = rows.every((r) => r.quality_squares !== null);
  const sumSquares = isWhole ? total(rows, (r) => Number(r.quality_squares)) / SQUARE_UNITS : null;
  const [lower, upper] = meanInterval({ n, sum, sumSquares }, POINTS);
  return { quality_avg: per(sum, n), quality_lower: lower, quality_upper: upper, quality_count: n };
}

function ratings(rows: readonly StoredSums[]) {
  const stars = [
    total(rows, (r) => r.r1),
    total(rows, (r) => r.r2),
    total(rows, (r) => r.r3),
    total(rows, (r) => r.r4),
    total(rows, (r) => r.r5),
  ];
  const weighted = (power: number): number => stars.reduce((sum, n, i) => sum + n * (i + 1) ** power, 0);
  const [count, starSum] = [weighted(0), weighted(1)];
  const good = total(rows, (r) => r.r4 + r.r5);
  const [lower, upper] = wilson(good, count);
  const [starsLower, starsUpper] = meanInterval({ n: count, sum: starSum, sumSquares: weighted(2) }, STARS);
  return {
    avg_rating: per(starSum, count),
    avg_rating_lower: starsLower,
    avg_rating_upper: starsUpper,
    rating_count: count,
    rating_distribution: stars,
    rating_success_rate: per(good, count),
    rating_success_lower: lower,
    rating_success_upper: upper,
    ...quality(rows),
    rated_calls: total(rows, (r) => r.rated_calls),
    well_rated_calls: total(rows, (r) => r.well_rated_calls),
  };
}

/** The figures of one group from its rows, one per currency (at least one). */
export function modelSums(rows: readonly [StoredSums, ...StoredSums[]]): ModelSums {
  const [first] = rows;
  const amounts = rows.map(amountsOf).sort((a, b) => (a.currency < b.currency ? -1 : 1));
  const [single, other] = amounts;
  return {
    engine: first.engine || null,
    model_version: first.model_version || null,
    ...outcomes(rows),
    failures_by_cause: first.failures_by_cause ?? {},
    ...(single && !other ? single : UNTOLD),
    amounts,
    ...ratings(rows),
  };
}
