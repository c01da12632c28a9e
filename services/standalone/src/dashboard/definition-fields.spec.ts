import { DEFINITION_FIELDS, MEASURES, readDefinition } from '@picly/experiments';
import { definitionOf, draftOf } from '../../../web/src/dashboard/pages/experiments/definition/draft';
import { fieldAt, SECTIONS } from '../../../web/src/dashboard/pages/experiments/definition/fields';

const COMPLETE = {
  hypothesis: 'It helps.',
  arms: [
    { key: 'control', weight: 0.4 },
    { key: 'b', weight: 0.6 },
  ],
  coverage: 0.5,
  targeting: { plan: 'pro' },
  namespace: { name: 'checkout', start: 0, end: 0.5 },
  holdout: { group: 'h1', share: 0.05 },
  unit: 'user',
  seed: 'salt',
  hash_version: 2,
  metrics: [
    { key: 'spend', type: 'mean', of: 'revenue', window_hours: 72, cap: 100, direction: 'up', minimum_sample: 80, pre_period_hours: 0 },
  ],
  primary_metric: 'spend',
  secondary_metrics: ['rated_high', 'downloaded'],
  guardrails: [{ metric: 'failure_rate', tolerated_harm: 0.02 }],
  planned_sample: 4_000,
  minimum_effect: 0.05,
  minimum_hours: 48,
  look_interval_hours: 6,
  mode: 'test',
  currency: 'EUR',
  alpha: 0.1,
  correction: 'holm',
  maximum_loss: 0.02,
  decide: 'advise',
  counts_from: '2026-03-01T00:00:00Z',
} as const;

describe('the form of an experiment', () => {
  it('has a field for everything that a definition may say', () => {
    const names = new Set(SECTIONS.flatMap(({ fields }) => fields.map(({ pointer }) => pointer.split('/')[1])));
    expect([...names].sort()).toEqual([...DEFINITION_FIELDS].sort());
    expect(fieldAt('/metrics/3/of')?.choices).toEqual(['', ...MEASURES]);
  });

  it('brings back the definition that it was filled with, also a stored one', () => {
    expect(definitionOf(draftOf(COMPLETE))).toEqual(COMPLETE);
    const stored = readDefinition('k', COMPLETE);
    expect(readDefinition('k', definitionOf(draftOf(stored)))).toEqual(stored);
  });
});
