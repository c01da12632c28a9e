import type { FieldError } from '@picly/contracts';
import { FieldReader, readDefinition, type ExperimentDefinition } from '@picly/experiments';
import type { ArmSums } from '@picly/statistics';
import { NEEDED, SUMS } from '../stateless/analyze';

/** Where the values of a metric stand in a row of the file. */
export interface ImportedMetric {
  readonly key: string;
  readonly type: 'proportion' | 'mean' | 'ratio';
  readonly column: string;
  /** Denominator of a ratio. */
  readonly perColumn: string | null;
  /** The unit's own value before the experiment, for CUPED. */
  readonly preColumn: string | null;
  /** A unit above it counts as this much (winsorising). */
  readonly cap: number | null;
  /** The same at a percentile of the units of all arms together, 0..1. */
  readonly capQuantile: number | null;
}

export interface ImportedCount {
  readonly arm: string;
  readonly metric: string;
  readonly sums: ArmSums;
}

/** A finished test: what was compared, and either its counts or one row per unit (or per measurement of a unit). */
export interface ImportRequest {
  readonly definition: ExperimentDefinition;
  readonly metrics: readonly ImportedMetric[];
  readonly unitColumn: string;
  readonly armColumn: string;
  /** `paired`: the same units were seen under every arm, such as prompts under engines. */
  readonly design: 'independent' | 'paired';
  readonly csv: string | undefined;
  readonly ndjson: string | undefined;
  readonly counts: readonly ImportedCount[];
}

const TYPES = ['proportion', 'mean', 'ratio'] as const;
const FIELDS = [
  'arms',
  'metrics',
  'primary_metric',
  'unit_column',
  'arm_column',
  'design',
  'csv',
  'ndjson',
  'counts',
  'planned_sample',
  'minimum_effect',
  'alpha',
  'correction',
  'maximum_loss',
];
const COUNT_FIELDS = ['arm', 'metric', 'n', 'sum', ...Object.keys(SUMS)];
const ANY = { min: -1e15, max: 1e15 } as const;

function readMetric(reader: FieldReader): ImportedMetric & { readonly direction: 'up' | 'down' } {
  reader.refuseUnknown(['key', 'type', 'column', 'per_column', 'pre_column', 'direction', 'cap', 'cap_quantile']);
  const key = reader.requiredText('key');
  const type = reader.oneOf('type', TYPES, 'mean');
  const perColumn = reader.text('per_column', null);
  if ((type === 'ratio') !== (perColumn !== null))
    reader.fail('per_column', 'metric_shape', 'a ratio needs per_column, and nothing else has one');
  const cap = reader.number('cap', null, ANY);
  const capQuantile = reader.number('cap_quantile', null, { min: 0.5, max: 1 });
  if (cap !== null && capQuantile !== null) reader.fail('cap_quantile', 'metric_shape', 'give cap or cap_quantile, not both');
  return {
    cap,
    capQuantile,
    key,
    type,
    column: reader.text('column', key),
    perColumn,
    preColumn: reader.text('pre_column', null),
    direction: reader.oneOf('direction', ['up', 'down'], 'up'),
  };
}

function readCount(reader: FieldReader): ImportedCount {
  reader.refuseUnknown(COUNT_FIELDS);
  return {
    arm: reader.requiredText('arm'),
    metric: reader.requiredText('metric'),
    sums: {
      n: reader.number('n', 0, { min: 0, max: 1e12, whole: true }),
      sum: reader.number('sum', 0, ANY),
      ...Object.fromEntries(
        Object.entries(SUMS)
          .filter(([name]) => reader.raw(name) !== undefined)
          .map(([name, sum]) => [sum, reader.number(name, 0, ANY)]),
      ),
    },
  };
}

type Metrics = readonly ReturnType<typeof readMetric>[];

/** Whether any count of a metric tells of the time before. */
const hasPast = (counts: readonly ImportedCount[], { key, type }: Pick<ImportedMetric, 'key' | 'type'>): boolean =>
  counts.some(({ metric, sums }) => metric === key && NEEDED[type].cuped.some((name) => sums[SUMS[name]] !== undefined));

/** What a count leaves out would be 0 in the analysis; as soon as one arm tells of the time before, all have to. */
function checkSums(reader: FieldReader, counts: readonly ImportedCount[], metrics: Metrics): void {
  for (const metric of metrics) {
    const { plain, cuped } = NEEDED[metric.type];
    const needed = hasPast(counts, metric) ? [...plain, ...cuped] : plain;
    counts.forEach(({ metric: key, sums }, at) => {
      const missing = key === metric.key ? needed.filter((name) => sums[SUMS[name]] === undefined) : [];
      for (const name of missing) reader.fail(`counts/${at}/${name}`, 'required', 'this metric needs this sum');
    });
  }
}

/** What would be no count: more successes than units, or a metric or an arm that nobody compares. */
function checkCounts(
  reader: FieldReader,
  counts: readonly ImportedCount[],
  { arms, metrics }: Pick<ExperimentDefinition, 'arms' | 'metrics'>,
): void {
  counts.forEach(({ arm, metric, sums }, at) => {
    const declared = metrics.find(({ key }) => key === metric);
    const isShare = declared?.type === 'proportion';
    if (!arms.some(({ key }) => key === arm)) reader.fail(`counts/${at}/arm`, 'unknown_arm', 'arm must be one of arms');
    if (!declared) reader.fail(`counts/${at}/metric`, 'unknown_metric', 'metric must be one of metrics');
    if (isShare && !(sums.sum >= 0 && sums.sum <= sums.n))
      reader.fail(`counts/${at}/sum`, 'number', 'sum of a proportion must be from 0 to n');
  });
}

/** The rest of a definition has its defaults: nobody is enrolled any more. */
function definitionOf(
  body: Readonly<Record<string, unknown>>,
  metrics: Metrics,
  counts: readonly ImportedCount[],
): ExperimentDefinition | readonly FieldError[] {
  const kept = ['arms', 'primary_metric', 'planned_sample', 'minimum_effect', 'alpha', 'correction', 'maximum_loss'];
  const { primary_metric: primary = metrics[0]?.key, ...rest } = Object.fromEntries(kept.map((name) => [name, body[name]]));
  const arms = Array.isArray(rest['arms'])
    ? rest['arms'].map((arm: unknown) => (typeof arm === 'string' ? { key: arm } : arm))
    : rest['arms'];
  return readDefinition('import', {
    ...rest,
    arms,
    primary_metric: primary,
    secondary_metrics: metrics.map(({ key }) => key).filter((key) => key !== primary),
    metrics: metrics.map(({ key, type, direction, preColumn }) => ({
      key,
      type,
      direction,
      of: type === 'proportion' ? 'conversions' : 'value',
      ...(type === 'ratio' && { per: 'conversions' }),
      pre_period_hours: preColumn === null && !hasPast(counts, { key, type }) ? 0 : 1,
    })),
  });
}

function isSourceMissing(reader: FieldReader): boolean {
  return ['csv', 'ndjson', 'counts'].filter((name) => reader.raw(name) !== undefined).length !== 1;
}

/** What is to be analysed, or everything that is wrong with the request. */
export function readImport(body: unknown): ImportRequest | readonly FieldError[] {
  const errors: FieldError[] = [];
  const reader = FieldReader.of(body, '', errors);
  if (!reader) return errors;
  reader.refuseUnknown(FIELDS);
  const metrics = reader.objects('metrics', 50, readMetric);
  if (metrics.length === 0) reader.fail('metrics', 'required', 'metrics must name at least one');
  if (isSourceMissing(reader)) reader.fail('csv', 'required', 'give one of csv, ndjson or counts');
  const isCapped = metrics.some(({ cap, capQuantile }) => cap !== null || capQuantile !== null);
  if (isCapped && (reader.raw('counts') !== undefined || reader.raw('design') === 'paired')) {
    reader.fail('metrics', 'metric_shape', 'a cap needs the values of independent units: a file, and no pairs');
  }
  const counts = reader.objects('counts', 1_000, readCount);
  const definition = definitionOf(body as Readonly<Record<string, unknown>>, metrics, counts);
  if (Array.isArray(definition)) errors.push(...(definition as readonly FieldError[]));
  else {
    checkCounts(reader, counts, definition as ExperimentDefinition);
    checkSums(reader, counts, metrics);
  }
  const request: ImportRequest = {
    definition: definition as ExperimentDefinition,
    metrics,
    unitColumn: reader.text('unit_column', 'unit'),
    armColumn: reader.text('arm_column', 'arm'),
    design: reader.oneOf('design', ['independent', 'paired'], 'independent'),
    csv: reader.text('csv', undefined, 100_000_000),
    ndjson: reader.text('ndjson', undefined, 100_000_000),
    counts,
  };
  return errors.length > 0 ? errors : request;
}
