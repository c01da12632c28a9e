import { conditionErrors, type Condition } from '@picly/assignment';
import { isInstant, type FieldError } from '@picly/contracts';
import type { ArmDefinition, ExperimentDefinition, Guardrail, Holdout, NamespaceRange } from './definition';
import { FieldReader } from './field-reader';
import { namedMetric, type MetricDefinition } from './metrics';
import { readMetric } from './read-metric';

/** The fields a definition may have, in the order of the documentation. */
export const DEFINITION_FIELDS = [
  'hypothesis',
  'arms',
  'coverage',
  'targeting',
  'namespace',
  'holdout',
  'unit',
  'seed',
  'hash_version',
  'metrics',
  'primary_metric',
  'secondary_metrics',
  'guardrails',
  'planned_sample',
  'minimum_effect',
  'minimum_hours',
  'look_interval_hours',
  'mode',
  'bandit_floor',
  'currency',
  'alpha',
  'correction',
  'maximum_loss',
  'decide',
  'counts_from',
] as const;

const SHARE = { min: 0, max: 1 } as const;
/** Rounding of thirds and sevenths must not be refused, anything else must. */
const SUM_TOLERANCE = 0.001;

function checkArms(reader: FieldReader, arms: readonly ArmDefinition[], said: readonly boolean[]): void {
  if (arms.length < 2)
    reader.fail('arms', 'too_few_arms', 'arms must be at least two, the control first: one arm has nothing to be compared with');
  if (new Set(arms.map(({ key }) => key)).size < arms.length) reader.fail('arms', 'repeated', 'arms must have different keys');
  if (said.some(Boolean) && !said.every(Boolean))
    reader.fail('arms', 'weights_incomplete', 'arms must all have a weight, or none (equal shares)');
  if (said.length === 0 || !said.every(Boolean)) return;
  if (arms.some(({ weight }) => weight === 0)) {
    reader.fail('arms', 'zero_weight', 'an arm with weight 0 would never be seen: leave it out, or give it a weight');
  }
  const sum = arms.reduce((total, { weight }) => total + weight, 0);
  if (Math.abs(sum - 1) > SUM_TOLERANCE) reader.fail('arms', 'weights_sum', 'the weights of the arms must sum to 1');
}

function readArms(reader: FieldReader): readonly ArmDefinition[] {
  const said: boolean[] = [];
  const before = reader.errors.length;
  const read = reader.objects('arms', 20, (item) => {
    item.refuseUnknown(['key', 'weight']);
    said.push(item.raw('weight') !== undefined);
    return { key: item.requiredText('key'), weight: item.number('weight', 0, SHARE) };
  });
  const arms = said.some(Boolean) ? read : read.map(({ key }) => ({ key, weight: 1 / read.length }));
  if (reader.errors.length === before) checkArms(reader, arms, said);
  return arms;
}

function readTargeting(reader: FieldReader): Condition | null {
  const condition = reader.raw('targeting');
  if (condition === undefined) return null;
  const errors = conditionErrors(condition);
  for (const { pointer, message } of errors) reader.fail(`targeting${pointer}`, 'condition', `targeting ${message}`);
  return errors.length > 0 ? null : (condition as Condition);
}

function readNamespace(reader: FieldReader): NamespaceRange | null {
  return reader.object('namespace', (item) => {
    item.refuseUnknown(['name', 'start', 'end']);
    const range = { name: item.requiredText('name'), start: item.number('start', 0, SHARE), end: item.number('end', 1, SHARE) };
    if (range.start >= range.end) item.fail('end', 'empty_range', 'end must be greater than start: nobody would be in the experiment');
    return range;
  });
}

function readHoldout(reader: FieldReader): Holdout | null {
  return reader.object('holdout', (item) => {
    item.refuseUnknown(['group', 'share']);
    return { group: item.requiredText('group'), share: item.number('share', 0, { min: 0, max: 0.5 }) };
  });
}

function readGuardrails(reader: FieldReader): readonly Guardrail[] {
  return reader.objects('guardrails', 20, (item) => {
    item.refuseUnknown(['metric', 'tolerated_harm']);
    return { metric: item.requiredText('metric'), tolerated_harm: item.number('tolerated_harm', 0, SHARE) };
  });
}

type Named = Pick<ExperimentDefinition, 'primary_metric' | 'secondary_metrics' | 'guardrails'>;

/** The metrics declared and the built-in ones that are named; complains of names that are neither. */
function readMetrics(reader: FieldReader, named: Named): readonly MetricDefinition[] {
  const declared = reader.objects('metrics', 50, readMetric);
  const keys = declared.map(({ key }) => key);
  if (new Set(keys).size < keys.length) reader.fail('metrics', 'repeated', 'metrics must have different keys');
  const found: MetricDefinition[] = [...declared];
  const need = (name: string, field: string): void => {
    if (name === '' || found.some(({ key }) => key === name)) return;
    const metric = namedMetric(name);
    if (metric) found.push(metric);
    else reader.fail(field, 'unknown_metric', 'the metric is neither declared under metrics nor built in');
  };
  need(named.primary_metric, 'primary_metric');
  named.secondary_metrics.forEach((name, n) => need(name, `secondary_metrics/${n}`));
  named.guardrails.forEach(({ metric }, n) => need(metric, `guardrails/${n}/metric`));
  return found;
}

function readRule(reader: FieldReader): Pick<ExperimentDefinition, 'alpha' | 'correction' | 'maximum_loss' | 'decide' | 'minimum_hours'> {
  return {
    alpha: reader.number('alpha', 0.05, { min: 0.0001, max: 0.3 }),
    correction: reader.oneOf('correction', ['none', 'holm', 'benjamini-hochberg'], 'holm'),
    maximum_loss: reader.number('maximum_loss', 0.01, SHARE),
    decide: reader.oneOf('decide', ['advise', 'act'], 'advise'),
    minimum_hours: reader.number('minimum_hours', 0, { min: 0, max: 8_760 }),
  };
}

function readPlan(
  reader: FieldReader,
): Pick<ExperimentDefinition, 'planned_sample' | 'minimum_effect' | 'look_interval_hours' | 'currency' | 'counts_from'> {
  const currency = reader.text('currency', 'USD', 3);
  if (!/^[A-Z]{3}$/.test(currency)) reader.fail('currency', 'currency', 'currency must be three capital letters');
  const countsFrom = reader.text('counts_from', null, 40);
  if (countsFrom !== null && !isInstant(countsFrom)) reader.fail('counts_from', 'instant', 'counts_from must be an RFC 3339 instant');
  return {
    planned_sample: reader.number('planned_sample', null, { min: 4, max: 1e12, whole: true }),
    minimum_effect: reader.number('minimum_effect', null, { min: 0.0001, max: 10 }),
    look_interval_hours: reader.number('look_interval_hours', 24, { min: 0.001, max: 8_760 }),
    currency,
    counts_from: countsFrom,
  };
}

function readBandit(reader: FieldReader, arms: readonly ArmDefinition[]): Pick<ExperimentDefinition, 'mode' | 'bandit_floor'> {
  const mode = reader.oneOf('mode', ['test', 'bandit'], 'test');
  const floor = reader.number('bandit_floor', mode === 'bandit' ? 0.1 / Math.max(arms.length, 2) : null, { min: 0.001, max: 0.5 });
  if (mode === 'test' && floor !== null) reader.fail('bandit_floor', 'not_a_bandit', 'only bandit mode has a floor');
  return { mode, bandit_floor: floor };
}

/** A complete definition, or everything that is wrong with it. `key` seeds the assignment unless `seed` says otherwise. */
export function readDefinition(key: string, body: unknown): ExperimentDefinition | readonly FieldError[] {
  const errors: FieldError[] = [];
  const reader = FieldReader.of(body, '', errors);
  if (!reader) return errors;
  reader.refuseUnknown(DEFINITION_FIELDS);
  const arms = readArms(reader);
  const named: Named = {
    primary_metric: reader.requiredText('primary_metric'),
    secondary_metrics: reader.texts('secondary_metrics', 50),
    guardrails: readGuardrails(reader),
  };
  const definition: ExperimentDefinition = {
    hypothesis: reader.raw('hypothesis') === '' ? '' : reader.text('hypothesis', '', 2_000),
    arms,
    coverage: reader.number('coverage', 1, SHARE),
    targeting: readTargeting(reader),
    namespace: readNamespace(reader),
    holdout: readHoldout(reader),
    unit: reader.oneOf('unit', ['user', 'session'], 'user'),
    seed: reader.text('seed', key),
    hash_version: reader.number('hash_version', 2, { min: 1, max: 2, whole: true }) === 1 ? 1 : 2,
    metrics: readMetrics(reader, named),
    ...named,
    ...readPlan(reader),
    ...readBandit(reader, arms),
    ...readRule(reader),
  };
  return errors.length > 0 ? errors : definition;
}
