export const METRIC_TYPES = ['proportion', 'mean', 'ratio', 'retention', 'quantile'] as const;
export type MetricType = (typeof METRIC_TYPES)[number];

/**
 * What is added up over a unit's own events. `conversions` and `value` are those of one conversion metric; money is in the
 * experiment's currency; seconds for times; `activity` is any event.
 */
export const MEASURES = [
  'conversions',
  'value',
  'ratings',
  'high_ratings',
  'rating',
  'quality',
  'generations',
  'successes',
  'failures',
  'response_time',
  'cost',
  'revenue',
  'margin',
  'downloads',
  'shares',
  'edits',
  'regenerations',
  'uses',
  'activity',
] as const;
export type Measure = (typeof MEASURES)[number];

/** Measures whose unit value is the average of the unit's events; units without one are not in the sample. All others are totals. */
const AVERAGED: ReadonlySet<Measure> = new Set<Measure>(['rating', 'quality', 'response_time']);
export const isAveraged = (measure: Measure): boolean => AVERAGED.has(measure);

/** A metric, complete: every default said. */
export interface MetricDefinition {
  readonly key: string;
  /** proportion: did it at least once; mean: amount per unit; ratio: `of` per `per`; retention: active on day n; quantile: of single events. */
  readonly type: MetricType;
  readonly of: Measure;
  /** Which conversions, for `conversions` and `value`. */
  readonly conversion: string | null;
  /** Denominator of a ratio. */
  readonly per: Measure | null;
  /** Retention: the n-th stretch of 24 hours after the first exposure, counted from 0. */
  readonly day: number | null;
  /** 0..1, such as 0.95. */
  readonly quantile: number | null;
  /** Where better is. */
  readonly direction: 'up' | 'down';
  /** From the first exposure; null counts until the end. */
  readonly window_hours: number | null;
  /** A unit's total above this counts as this much (winsorising at a stated value). */
  readonly cap: number | null;
  /** The same at a percentile of the units of all arms so far, 0..1. */
  readonly cap_quantile: number | null;
  /** Units per arm below which nothing is concluded. */
  readonly minimum_sample: number;
  /** The unit's own history before the exposure that CUPED uses; 0 = none. */
  readonly pre_period_hours: number;
}

const DEFAULTS = {
  conversion: null,
  per: null,
  day: null,
  quantile: null,
  direction: 'up',
  window_hours: null,
  cap: null,
  cap_quantile: null,
  minimum_sample: 50,
  pre_period_hours: 336,
} as const;

const builtIn = (metric: Pick<MetricDefinition, 'key' | 'type' | 'of'> & Partial<MetricDefinition>): MetricDefinition => ({
  ...DEFAULTS,
  ...metric,
});

/** The metrics that need no declaration: their events are in the system already. */
export const BUILT_IN_METRICS: readonly MetricDefinition[] = [
  builtIn({ key: 'rated_high', type: 'proportion', of: 'high_ratings' }),
  builtIn({ key: 'downloaded', type: 'proportion', of: 'downloads' }),
  builtIn({ key: 'shared', type: 'proportion', of: 'shares' }),
  builtIn({ key: 'rating', type: 'mean', of: 'rating' }),
  builtIn({ key: 'quality', type: 'mean', of: 'quality' }),
  builtIn({ key: 'revenue', type: 'mean', of: 'revenue' }),
  builtIn({ key: 'response_time', type: 'mean', of: 'response_time', direction: 'down' }),
  builtIn({ key: 'downloads_per_generation', type: 'ratio', of: 'downloads', per: 'generations' }),
  builtIn({ key: 'margin_per_generation', type: 'ratio', of: 'margin', per: 'generations' }),
  builtIn({ key: 'failure_rate', type: 'ratio', of: 'failures', per: 'generations', direction: 'down' }),
  builtIn({ key: 'retention_day_1', type: 'retention', of: 'activity', day: 1, pre_period_hours: 0 }),
  builtIn({ key: 'retention_day_7', type: 'retention', of: 'activity', day: 7, pre_period_hours: 0 }),
  builtIn({ key: 'p95_response_time', type: 'quantile', of: 'response_time', quantile: 0.95, direction: 'down', pre_period_hours: 0 }),
];

const CONVERTED = 'converted:';

/** A metric by its name alone: built in, or `converted:<conversion metric>` for who converted at all. */
export function namedMetric(name: string): MetricDefinition | undefined {
  const found = BUILT_IN_METRICS.find(({ key }) => key === name);
  if (found) return found;
  if (!name.startsWith(CONVERTED) || name.length === CONVERTED.length) return undefined;
  return builtIn({ key: name, type: 'proportion', of: 'conversions', conversion: name.slice(CONVERTED.length) });
}

export const METRIC_DEFAULTS: Omit<MetricDefinition, 'key' | 'type' | 'of'> = DEFAULTS;
