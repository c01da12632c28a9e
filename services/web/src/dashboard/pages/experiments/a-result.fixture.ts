import type { Effect, Results } from './rows';

const effect = (value: number): Effect => ({
  effect: value,
  interval: [value - 0.05, value + 0.05],
  p: 1,
  n: [100, 100],
  method: '',
  reason: null,
});

/** Results of a test with two treatments that runs. */
export const aResult: Results = {
  key: 'button-colour',
  state: 'running',
  revision: 1,
  hypothesis: '',
  figures_as_of: '2026-03-01T08:00:00.000Z',
  first_exposure_at: null,
  run_hours: 0,
  decision: { verdict: 'keep_running', arm: null, reasons: [], missing: [], guardrails: [] },
  metrics: [
    {
      metric: 'purchase',
      type: 'proportion',
      role: 'primary',
      arms: [],
      comparisons: [
        { arm: 'b', relative: effect(0.1), bayesian: null },
        { arm: 'c', relative: effect(0.2), bayesian: null },
      ],
    },
  ],
  health: {
    sample_ratio: { arms: [], p_any_time: 1, alarm: false },
    multiple_exposure: { units: 0, share: 0, alarm: false },
    stray_exposures: { unknown_arm: 0, while_not_running: 0 },
    balance: { alarm: false },
  },
  forecast: { hours_needed: 144, units_needed: 1000, effect: 0.05 },
  segments: [],
  series: { grain: 'day', metric: 'purchase', points: [] },
  decisions: [],
};
