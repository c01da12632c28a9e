/** How a field is typed in and what it is sent as. */
export type FieldKind = 'text' | 'long' | 'number' | 'words' | 'json';

/** A field of a definition. `*` in its pointer stands for the number of a row. */
export interface Field {
  readonly pointer: string;
  readonly label: string;
  readonly kind: FieldKind;
  readonly choices?: readonly string[];
  readonly hint?: string;
  readonly required?: boolean;
}

/** Fields that belong together; rows of a list when `list` names one. */
export interface Section {
  readonly title: string;
  readonly list?: string;
  /** What one row is called. */
  readonly row?: string;
  readonly fields: readonly Field[];
}

type More = Omit<Field, 'pointer' | 'label' | 'kind'>;
const field =
  (kind: FieldKind) =>
  (pointer: string, label: string, more: More = {}): Field => ({ pointer, label, kind, ...more });
const [text, long, number, words, json] = (['text', 'long', 'number', 'words', 'json'] as const).map(field) as [
  ReturnType<typeof field>,
  ReturnType<typeof field>,
  ReturnType<typeof field>,
  ReturnType<typeof field>,
  ReturnType<typeof field>,
];

const MEASURES = [
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
];

export const SECTIONS: readonly Section[] = [
  { title: 'What is believed', fields: [long('/hypothesis', 'Hypothesis')] },
  {
    title: 'Arms, the control first',
    list: '/arms',
    row: 'arm',
    fields: [text('/arms/*/key', 'Arm', { required: true }), number('/arms/*/weight', 'Weight', { hint: '0 to 1; equal when empty' })],
  },
  {
    title: 'Who takes part',
    fields: [
      { ...text('/unit', 'Unit'), choices: ['user', 'session'] },
      number('/coverage', 'Coverage', { hint: 'share of those targeted, 0 to 1' }),
      json('/targeting', 'Targeting', { hint: 'such as {"plan": "pro"}; everybody when empty' }),
      text('/namespace/name', 'Namespace', { hint: 'experiments in disjoint stretches share nobody' }),
      number('/namespace/start', 'from', { hint: '0 to 1' }),
      number('/namespace/end', 'to', { hint: '0 to 1' }),
      text('/holdout/group', 'Holdout group'),
      number('/holdout/share', 'Held out', { hint: 'share of all people' }),
      text('/seed', 'Seed', { hint: 'the key when empty' }),
      { ...number('/hash_version', 'Hash version'), choices: ['2', '1'] },
    ],
  },
  {
    title: 'What decides',
    fields: [
      text('/primary_metric', 'Primary metric', { required: true, hint: 'rated_high, downloaded, converted:…, or one declared below' }),
      words('/secondary_metrics', 'Secondary metrics', { hint: 'with commas between' }),
    ],
  },
  {
    title: 'Guardrails, which must not get worse',
    list: '/guardrails',
    row: 'guardrail',
    fields: [
      text('/guardrails/*/metric', 'Metric', { required: true }),
      number('/guardrails/*/tolerated_harm', 'Harm tolerated', { hint: 'relative: 0.02 allows 2 %' }),
    ],
  },
  {
    title: 'Metrics of its own',
    list: '/metrics',
    row: 'metric',
    fields: [
      text('/metrics/*/key', 'Metric', { required: true }),
      { ...text('/metrics/*/type', 'Type'), choices: ['proportion', 'mean', 'ratio', 'retention', 'quantile'] },
      { ...text('/metrics/*/of', 'Of'), choices: ['', ...MEASURES] },
      { ...text('/metrics/*/per', 'Per', { hint: 'of a ratio' }), choices: ['', ...MEASURES] },
      text('/metrics/*/conversion', 'Conversion', { hint: 'which one is counted' }),
      { ...text('/metrics/*/direction', 'Better is'), choices: ['up', 'down'] },
      number('/metrics/*/window_hours', 'Window, hours', { hint: 'from the first exposure' }),
      number('/metrics/*/cap', 'Capped at', { hint: 'a unit counts no more' }),
      number('/metrics/*/cap_quantile', 'or at a percentile', { hint: 'of all units, such as 0.99' }),
      number('/metrics/*/day', 'Day', { hint: 'of retention' }),
      number('/metrics/*/quantile', 'Quantile', { hint: 'such as 0.95' }),
      number('/metrics/*/minimum_sample', 'Least sample', { hint: 'units per arm; 50 when empty' }),
      number('/metrics/*/pre_period_hours', 'History, hours', { hint: 'used by CUPED; 336 when empty' }),
    ],
  },
  {
    title: 'Plan and rule',
    fields: [
      number('/planned_sample', 'Planned sample', { hint: 'units over all arms' }),
      number('/minimum_effect', 'Effect worth finding', { hint: 'relative: 0.05 is 5 %' }),
      number('/minimum_hours', 'No winner before, hours'),
      number('/look_interval_hours', 'Looks every, hours', { hint: '24 when empty' }),
      { ...text('/decide', 'The rule'), choices: ['advise', 'act'] },
      { ...text('/mode', 'Mode'), choices: ['test', 'bandit'] },
      number('/bandit_floor', 'Least share of an arm', { hint: 'of a bandit' }),
      number('/alpha', 'Alpha', { hint: '0.05 when empty' }),
      { ...text('/correction', 'Correction'), choices: ['holm', 'benjamini-hochberg', 'none'] },
      number('/maximum_loss', 'Loss risked at most', { hint: 'relative; 0.01 when empty' }),
      text('/currency', 'Currency', { hint: 'USD when empty' }),
      text('/counts_from', 'Counts from', { hint: 'an instant such as 2026-03-01T00:00:00Z' }),
    ],
  },
];

const BY_POINTER = new Map(SECTIONS.flatMap(({ fields }) => fields).map((one) => [one.pointer, one]));

/** The field of a pointer, whichever row it is in. */
export const fieldAt = (pointer: string): Field | undefined => BY_POINTER.get(pointer.replaceAll(/\/\d+(?=\/)/g, '/*'));
