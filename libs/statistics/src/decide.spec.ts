import { DEFAULT_COMPARE_OPTIONS, noComparison, testEffect, type Comparison } from './compare';
import { decide, type ArmEvidence, type DecisionInput, type MissingCondition } from './decide';

const effectOf = (effect: number, se = 0.01): Comparison =>
  testEffect({ n: [10_000, 10_000], means: [1, 1 + effect], effect, se, df: 19_998, theta: 0, reason: null }, DEFAULT_COMPARE_OPTIONS);

const anArm = (effect: number, change: Partial<ArmEvidence> = {}): ArmEvidence => ({
  arm: 'green',
  primary: effectOf(effect),
  pAdjusted: effectOf(effect).p,
  guardrails: [],
  ...change,
});

const guardrail = (effect: number): ArmEvidence['guardrails'] => [
  { metric: 'latency', direction: 'down', toleratedHarm: 0.02, comparison: effectOf(effect) },
];

const given = (arms: readonly ArmEvidence[], change: Partial<DecisionInput> = {}): ReturnType<typeof decide> =>
  decide({
    direction: 'up',
    alpha: 0.05,
    arms,
    sampleRatioAlarm: false,
    multipleExposureAlarm: false,
    runDays: 14,
    minimumRunDays: 7,
    unitsOfSmallestArm: 10_000,
    minimumUnitsPerArm: 1_000,
    lossLimit: 0.005,
    isOver: false,
    ...change,
  });

describe('the decision', () => {
  it('is to ship the arm with the largest gain when nothing is missing', () => {
    const arms = [anArm(0.1), anArm(0.2, { arm: 'blue' }), anArm(0.001, { arm: 'red' })];
    expect(given(arms)).toMatchObject({ decision: 'ship', arm: 'blue', reason: 'winner_found', missing: [] });
  });

  it('follows the direction of the metric', () => {
    expect(given([anArm(-0.1)], { direction: 'down', lossLimit: 1 })).toMatchObject({ decision: 'ship' });
    expect(given([anArm(0.1)], { direction: 'down', lossLimit: 1 })).toMatchObject({ decision: 'roll_back', reason: 'every_arm_is_worse' });
  });

  it.each<[MissingCondition, readonly ArmEvidence[], Partial<DecisionInput>]>([
    ['effect_not_shown', [anArm(0.02)], {}],
    ['not_significant_after_correction', [anArm(0.1, { pAdjusted: 0.06 })], {}],
    ['guardrail_harmed', [anArm(0.1, { guardrails: guardrail(0.2) })], {}],
    ['sample_ratio_alarm', [anArm(0.1)], { sampleRatioAlarm: true }],
    ['multiple_exposure_alarm', [anArm(0.1)], { multipleExposureAlarm: true }],
    ['minimum_run_not_reached', [anArm(0.1)], { runDays: 6.9 }],
    ['minimum_units_not_reached', [anArm(0.1)], { unitsOfSmallestArm: 999 }],
    ['loss_above_limit', [anArm(0.1)], { lossLimit: -1 }],
    ['no_comparison', [anArm(0, { primary: noComparison('no_variance'), pAdjusted: 1 })], {}],
    ['minimum_run_not_reached', [anArm(0.1)], { runDays: Number.NaN }],
  ])('never names a winner while this is missing: %s', (condition, arms, change) => {
    const { decision, arm, missing } = given(arms, change);
    expect(decision).not.toBe('ship');
    expect(arm).toBeNull();
    expect(missing).toContain(condition);
  });

  it('is to roll back at once when every arm harms a guardrail', () => {
    expect(given([anArm(0.1, { guardrails: guardrail(0.2) })], { runDays: 1 })).toMatchObject({
      decision: 'roll_back',
      reason: 'guardrail_harmed',
    });
  });

  it('keeps going with a guardrail that is not shown to be harmed, and says that it is unclear', () => {
    expect(given([anArm(0.1, { guardrails: guardrail(0.01) })])).toMatchObject({
      decision: 'ship',
      arms: [{ harmed: [], unclear: ['latency'] }],
    });
    expect(given([anArm(0.1, { guardrails: guardrail(-0.2) })])).toMatchObject({ arms: [{ harmed: [], unclear: [] }] });
  });

  it('is to roll back only when enough was seen, where arms are merely worse', () => {
    expect(given([anArm(-0.1)])).toMatchObject({ decision: 'roll_back', reason: 'every_arm_is_worse' });
    expect(given([anArm(-0.1)], { runDays: 1 })).toMatchObject({ decision: 'keep_running' });
    expect(given([anArm(-0.1), anArm(0.001, { arm: 'blue' })])).toMatchObject({ decision: 'keep_running' });
  });

  it('cannot be told under an alarm, or when it is over without a winner', () => {
    expect(given([anArm(0.1)], { sampleRatioAlarm: true })).toMatchObject({ decision: 'cannot_tell', reason: 'sample_ratio_alarm' });
    expect(given([anArm(0.1)], { multipleExposureAlarm: true })).toMatchObject({
      decision: 'cannot_tell',
      reason: 'multiple_exposure_alarm',
    });
    expect(given([anArm(0.001)], { isOver: true })).toMatchObject({ decision: 'cannot_tell', reason: 'ended_without_winner' });
    expect(given([])).toMatchObject({ decision: 'keep_running', missing: ['no_comparison'] });
  });
});
