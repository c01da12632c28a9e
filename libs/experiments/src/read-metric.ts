import type { FieldReader } from './field-reader';
import { METRIC_DEFAULTS, METRIC_TYPES, MEASURES, type Measure, type MetricDefinition, type MetricType } from './metrics';

const HOURS = { min: 1, max: 8_760 } as const;
const FIELDS = [
  'key',
  'type',
  'of',
  'conversion',
  'per',
  'day',
  'quantile',
  'direction',
  'window_hours',
  'cap',
  'cap_quantile',
  'minimum_sample',
  'pre_period_hours',
];
/** Measures that single events have a size of, so that a quantile of them means something. */
const MEASURED_PER_EVENT: ReadonlySet<Measure> = new Set<Measure>(['value', 'rating', 'quality', 'response_time', 'cost', 'revenue']);
/** Things that happen or not. */
const COUNTED: ReadonlySet<Measure> = new Set<Measure>(
  MEASURES.filter((measure) => !['value', 'rating', 'quality', 'response_time', 'cost', 'revenue', 'margin'].includes(measure)),
);

const isOfConversions = (measure: Measure | null): boolean => measure === 'conversions' || measure === 'value';

interface ShapeRule {
  readonly field: keyof MetricDefinition;
  readonly isBroken: (metric: MetricDefinition) => boolean;
  readonly message: string;
}

const SHAPE: readonly ShapeRule[] = [
  { field: 'per', isBroken: ({ type, per }) => type === 'ratio' && per === null, message: 'a ratio needs `per`, its denominator' },
  { field: 'per', isBroken: ({ type, per }) => type !== 'ratio' && per !== null, message: 'only a ratio has a denominator' },
  {
    field: 'of',
    isBroken: ({ type, of }) => type === 'proportion' && !COUNTED.has(of),
    message: 'a proportion counts who did something at least once: `of` must be a count',
  },
  { field: 'day', isBroken: ({ type, day }) => type === 'retention' && day === null, message: 'retention needs `day`' },
  { field: 'of', isBroken: ({ type, of }) => type === 'retention' && of !== 'activity', message: 'retention is of activity' },
  {
    field: 'quantile',
    isBroken: ({ type, quantile }) => type === 'quantile' && quantile === null,
    message: 'a quantile needs `quantile`, such as 0.95',
  },
  {
    field: 'of',
    isBroken: ({ type, of }) => type === 'quantile' && !MEASURED_PER_EVENT.has(of),
    message: 'a quantile is of a measured size, such as response_time',
  },
  {
    field: 'conversion',
    isBroken: ({ of, per, conversion }) => (isOfConversions(of) || isOfConversions(per)) && conversion === null,
    message: 'name the conversion metric that is counted',
  },
  {
    field: 'cap_quantile',
    isBroken: ({ type, cap_quantile: quantile }) => quantile !== null && type !== 'mean',
    message: 'only a mean is capped at a percentile of its units',
  },
  {
    field: 'cap_quantile',
    isBroken: ({ cap, cap_quantile: quantile }) => cap !== null && quantile !== null,
    message: 'give cap or cap_quantile, not both',
  },
];

function checkShape(reader: FieldReader, metric: MetricDefinition): void {
  for (const { field, isBroken, message } of SHAPE) if (isBroken(metric)) reader.fail(field, 'metric_shape', message);
}

function defaultMeasure(type: MetricType): Measure {
  switch (type) {
    case 'proportion':
      return 'conversions';
    case 'mean':
    case 'ratio':
      return 'value';
    case 'retention':
      return 'activity';
    case 'quantile':
      return 'response_time';
  }
}

/** A metric with its defaults; what is wrong lands in the reader's errors. A metric of conversions counts those of its own name unless told. */
export function readMetric(reader: FieldReader): MetricDefinition {
  const before = reader.errors.length;
  reader.refuseUnknown(FIELDS);
  const key = reader.requiredText('key');
  if (reader.raw('type') === undefined) reader.fail('type', 'required', `type must be one of ${METRIC_TYPES.join(', ')}`);
  const type = reader.oneOf('type', METRIC_TYPES, 'proportion');
  const of = reader.oneOf('of', MEASURES, defaultMeasure(type));
  const per = reader.oneOf('per', MEASURES, null);
  const ownName = isOfConversions(of) || isOfConversions(per) ? key : null;
  const metric: MetricDefinition = {
    key,
    type,
    of,
    conversion: reader.text('conversion', ownName),
    per,
    day: reader.number('day', null, { min: 0, max: 365, whole: true }),
    quantile: reader.number('quantile', null, { min: 0.01, max: 0.99 }),
    direction: reader.oneOf('direction', ['up', 'down'], METRIC_DEFAULTS.direction),
    window_hours: reader.number('window_hours', null, HOURS),
    cap: reader.number('cap', null, { min: 0, max: 1e9 }),
    cap_quantile: reader.number('cap_quantile', null, { min: 0.5, max: 0.9999 }),
    minimum_sample: reader.number('minimum_sample', METRIC_DEFAULTS.minimum_sample, { min: 2, max: 1e9, whole: true }),
    pre_period_hours: reader.number('pre_period_hours', prePeriodOf(type), { min: 0, max: 8_760 }),
  };
  if (reader.errors.length === before) checkShape(reader, metric);
  return metric;
}

const prePeriodOf = (type: MetricType): number => (type === 'retention' || type === 'quantile' ? 0 : METRIC_DEFAULTS.pre_period_hours);
