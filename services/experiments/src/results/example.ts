const INTERVAL = [0.012, 0.07];
const EFFECT = {
  effect: 0.041,
  interval: INTERVAL,
  se: 0.009,
  p: 0.0004,
  n: [10_050, 9_950],
  method: 'asymptotic confidence sequence (always valid)',
  valid_at: 'any_time',
  reason: 'too_few_units',
};

/** What an answer looks like, for the OpenAPI document. */
export const EXAMPLE_RESULTS = {
  key: 'button-colour',
  state: 'running',
  revision: 2,
  mode: 'test',
  unit: 'user',
  hypothesis: 'A green button sells more.',
  figures_as_of: '2026-03-15T08:00:00.000Z',
  first_exposure_at: '2026-03-01T08:00:00.000Z',
  run_hours: 336,
  phases: [{ revision: 2, from: '2026-03-01T08:00:00.000Z', state: 'running', weights: { control: 0.5, green: 0.5 } }],
  decision: {
    verdict: 'ship',
    arm: 'green',
    reasons: ['green is better on the primary metric: +4.10 % (+1.20 % to +7.00 %, always valid)'],
    missing: ['effect_not_shown'],
    guardrails: [{ arm: 'green', harmed: ['failure_rate'], unclear: ['failure_rate'] }],
    method: 'a winner needs: ...',
  },
  metrics: [
    {
      metric: 'purchase',
      type: 'proportion',
      direction: 'up',
      role: 'primary',
      window_hours: 168,
      unit_value: '1 when the unit has any conversions, else 0',
      cap: 500,
      arms: [{ arm: 'control', n: 10_050, value: 0.102 }],
      comparisons: [
        {
          arm: 'green',
          relative: { ...EFFECT, p_adjusted: 0.0008 },
          absolute: EFFECT,
          bayesian: {
            chance_to_win: 0.999,
            risk: [0.041, 0.00001],
            interval: INTERVAL,
            method: 'normal posterior, flat prior',
            reason: 'too_few_units',
          },
          fixed_horizon: { ...EFFECT, absolute: EFFECT, planned_sample: 20_000, is_reached: true },
          cuped: { ...EFFECT, theta: 0.8, variance_left: 0.6 },
        },
      ],
      correction: 'holm, over arms of primary and secondary metrics',
    },
  ],
  health: {
    sample_ratio: {
      arms: [{ arm: 'control', n: 10_050, expected_share: 0.5 }],
      chi_square: 0.5,
      df: 1,
      p: 0.4795,
      p_any_time: 1,
      alarm: false,
      suspicious: false,
      method: 'chi-square of the split',
    },
    multiple_exposure: { units: 3, share: 0.00015, alarm: false, method: 'units seen in several arms, left out' },
    stray_exposures: { unknown_arm: 0, while_not_running: 0 },
    balance: {
      comparisons: [{ metric: 'purchase', arm: 'green', effect: 0.001, p: 1 }],
      segments: [{ dimension: 'plan', standardised_difference: 0.01, p: 0.4, alarm: false }],
      alarm: false,
      method: 'the same metric before exposure',
    },
  },
  forecast: {
    effect: 0.05,
    power_so_far: 0.99,
    minimum_detectable_effect: 0.03,
    units_needed: 12_000,
    hours_needed: 0,
    method: 'always-valid test, by the variance so far',
    reason: 'too_few_units',
  },
  bandit: {
    weights: { control: 0.2, green: 0.8 },
    chances_of_best: { control: 0.1, green: 0.9 },
    floor: 0.05,
    reason: 'too_few_units',
    method: 'top-two Thompson sampling with a floor',
  },
  segments: [
    {
      dimension: 'plan',
      segments: [
        {
          segment: 'pro',
          arms: [{ arm: 'control', n: 1_000, value: 0.2 }],
          comparisons: [{ arm: 'green', ...EFFECT, p_adjusted: 1 }],
          sample_ratio_p: 0.8,
        },
      ],
      post_stratified: [{ arm: 'green', ...EFFECT }],
      warnings: [{ code: 'simpson', message: 'every segment says the opposite of the whole' }],
    },
  ],
  segments_metric: 'purchase',
  segments_as_of: '2026-03-15T08:00:00.000Z',
  series: {
    grain: 'day',
    metric: 'purchase',
    points: [
      {
        at: '2026-03-02T00:00:00.000Z',
        arms: [{ arm: 'green', n: 700, effect: 0.05, interval: [-0.1, 0.2], p: 1, reason: 'too_few_units' }],
      },
    ],
    method: 'relative effect and asymptotic confidence sequence',
  },
  decisions: [
    {
      verdict: 'keep_running',
      arm: 'green',
      reasons: ['the minimum run is not reached'],
      revision: 2,
      figures_as_of: '2026-03-02T08:00:00.000Z',
      acted: false,
      decided_at: '2026-03-02T08:00:00.000Z',
    },
  ],
};
