import { schemaOf, type JsonSchema } from '@picly/contracts';
import { BUILT_IN_METRICS, MEASURES, METRIC_TYPES, type DEFINITION_FIELDS } from '@picly/experiments';
import { ChangeWanted } from './wanted';

const share = (description: string): JsonSchema => ({ type: 'number', minimum: 0, maximum: 1, description });
const text: JsonSchema = { type: 'string', minLength: 1, maxLength: 200 };
const hours = (description: string): JsonSchema => ({ type: 'number', minimum: 0, maximum: 8_760, description });

const METRIC: JsonSchema = {
  type: 'object',
  required: ['key', 'type'],
  additionalProperties: false,
  properties: {
    key: text,
    type: { enum: METRIC_TYPES },
    of: {
      enum: MEASURES,
      description: 'What is added up over the unit; of events that name it (conversions, value) or are in the system.',
    },
    conversion: { ...text, description: 'Which conversion metric `conversions` and `value` count; the key when absent.' },
    per: { enum: MEASURES, description: 'Denominator of a ratio.' },
    day: { type: 'integer', minimum: 0, maximum: 365, description: 'Retention: the n-th 24 hours after the first exposure.' },
    quantile: { type: 'number', minimum: 0.01, maximum: 0.99 },
    direction: { enum: ['up', 'down'], description: 'Where better is; up when absent.' },
    window_hours: hours('From the first exposure; until the end when absent.'),
    cap: { type: 'number', minimum: 0, description: "A unit's total above this counts as this much." },
    cap_quantile: {
      type: 'number',
      minimum: 0.5,
      maximum: 0.9999,
      description: 'Of a mean: the same at a percentile of the units of all arms so far, such as 0.99. Told by the day, not by segment.',
    },
    minimum_sample: { type: 'integer', minimum: 2, description: 'Units per arm below which nothing is concluded; 50 when absent.' },
    pre_period_hours: hours("The unit's own history that CUPED uses; 336 when absent, 0 = none."),
  },
};

const ARM: JsonSchema = {
  type: 'object',
  required: ['key'],
  additionalProperties: false,
  properties: { key: text, weight: share('Above 0; all sum to 1. Equal shares when no arm names one.') },
};

const PROPERTIES: Readonly<Record<(typeof DEFINITION_FIELDS)[number], JsonSchema>> = {
  hypothesis: { type: 'string', maxLength: 2_000 },
  arms: { type: 'array', minItems: 2, maxItems: 20, items: ARM, description: 'The first is the control.' },
  coverage: share('Share of the people targeted who take part; 1 when absent.'),
  targeting: { type: 'object', description: 'Condition over plan, source, engine, device and any trait; see libs/assignment.' },
  namespace: {
    type: 'object',
    properties: { name: text, start: share('Beginning.'), end: share('End, exclusive.') },
    description: 'Experiments in disjoint stretches of one namespace never share a person.',
  },
  holdout: { type: 'object', properties: { group: text, share: share('Share of all people kept out.') } },
  unit: { enum: ['user', 'session'] },
  seed: { ...text, description: 'Of the assignment; the key when absent.' },
  hash_version: { enum: [1, 2] },
  metrics: { type: 'array', maxItems: 50, items: METRIC },
  primary_metric: {
    ...text,
    description: `A metric declared under metrics, converted:<conversion metric>, or built in: ${BUILT_IN_METRICS.map(({ key }) => key).join(', ')}.`,
  },
  secondary_metrics: { type: 'array', maxItems: 50, items: text },
  guardrails: {
    type: 'array',
    maxItems: 20,
    items: { type: 'object', required: ['metric'], properties: { metric: text, tolerated_harm: share('Relative harm tolerated.') } },
  },
  planned_sample: { type: 'integer', minimum: 4, description: 'Units over all arms at which fixed-horizon figures may be read.' },
  minimum_effect: { type: 'number', minimum: 0.0001, description: 'The relative change worth finding.' },
  minimum_hours: hours('No winner is named before.'),
  look_interval_hours: { type: 'number', minimum: 0.001, maximum: 8_760, description: 'How often the rule looks; 24 when absent.' },
  mode: { enum: ['test', 'bandit'] },
  bandit_floor: { type: 'number', minimum: 0.001, maximum: 0.5, description: 'Least share of an arm in bandit mode.' },
  currency: { type: 'string', pattern: '^[A-Z]{3}$', description: 'USD when absent. Money in another currency is not counted.' },
  alpha: { type: 'number', minimum: 0.0001, maximum: 0.3 },
  correction: { enum: ['none', 'holm', 'benjamini-hochberg'] },
  maximum_loss: share('Largest relative loss to be risked by shipping a worse arm; 0.01 when absent.'),
  decide: { enum: ['advise', 'act'], description: 'Whether the rule only advises, or also changes the state.' },
  counts_from: { type: 'string', format: 'instant', description: 'Exposures before do not count; all do when absent.' },
};

/** The body of a definition, for the OpenAPI document; `readDefinition` is what decides. */
export const DEFINITION_SCHEMA: JsonSchema = {
  type: 'object',
  required: ['key', 'arms', 'primary_metric'],
  additionalProperties: false,
  properties: { key: text, ...PROPERTIES, ...(schemaOf(ChangeWanted)['properties'] as object) },
};

export const EXAMPLE_REVISION = {
  key: 'button-colour',
  revision: 2,
  change: 'started',
  state: 'running',
  author: 'eve',
  reason: 'ready',
  arm: 'green',
  definition: { arms: [{ key: 'control', weight: 0.5 }], primary_metric: 'purchase' },
  changed_at: '2026-03-01T08:00:00.000Z',
};

export const EXAMPLE_EXPERIMENT = EXAMPLE_REVISION;

export const EXAMPLE_DECISION = {
  verdict: 'keep_running',
  arm: 'green',
  reasons: ['the always-valid interval of purchase still holds zero'],
  revision: 2,
  figures_as_of: '2026-03-01T08:00:00.000Z',
  acted: false,
  figures: { n: 1_200 },
  decided_at: '2026-03-01T08:00:01.000Z',
};
