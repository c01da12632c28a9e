import type { Direction } from './arm-sums';
import type { Comparison } from './compare';

/** A metric that must not get worse by more than what is tolerated. */
export interface GuardrailEvidence {
  readonly metric: string;
  readonly direction: Direction;
  /** The harm accepted, >= 0, on the scale of the comparison's effect. */
  readonly toleratedHarm: number;
  readonly comparison: Comparison;
}

/** One arm against the control. */
export interface ArmEvidence {
  readonly arm: string;
  /** Of the primary metric; its interval must be one that may be read at any time, or now. */
  readonly primary: Comparison;
  /** p of the primary metric after correction over all that was looked at. */
  readonly pAdjusted: number;
  readonly guardrails: readonly GuardrailEvidence[];
}

export interface DecisionInput {
  readonly direction: Direction;
  readonly alpha: number;
  readonly arms: readonly ArmEvidence[];
  readonly sampleRatioAlarm: boolean;
  readonly multipleExposureAlarm: boolean;
  readonly runDays: number;
  readonly minimumRunDays: number;
  /** Units of the smallest arm, control included. */
  readonly unitsOfSmallestArm: number;
  readonly minimumUnitsPerArm: number;
  /** Largest expected loss that is accepted, on the scale of the effect. */
  readonly lossLimit: number;
  /** No more units will come, or the planned end is passed: waiting helps no more. */
  readonly isOver: boolean;
}

export type Decision = 'ship' | 'roll_back' | 'keep_running' | 'cannot_tell';

/** What must hold for a winner, and does not. */
export type MissingCondition =
  | 'no_comparison'
  | 'effect_not_shown'
  | 'not_significant_after_correction'
  | 'guardrail_harmed'
  | 'sample_ratio_alarm'
  | 'multiple_exposure_alarm'
  | 'minimum_run_not_reached'
  | 'minimum_units_not_reached'
  | 'loss_above_limit';

export type DecisionReason =
  | 'winner_found'
  | 'every_arm_is_worse'
  | 'guardrail_harmed'
  | 'sample_ratio_alarm'
  | 'multiple_exposure_alarm'
  | 'conditions_missing'
  | 'ended_without_winner';

export interface ArmVerdict {
  readonly arm: string;
  readonly missing: readonly MissingCondition[];
  /** Guardrails shown to be harmed beyond what is tolerated. */
  readonly harmed: readonly string[];
  /** Guardrails whose interval still reaches beyond what is tolerated: no proof of harm, none of its absence. */
  readonly unclear: readonly string[];
  readonly isWorse: boolean;
}

export interface DecisionResult {
  readonly decision: Decision;
  /** The arm to ship; null unless the decision is to ship. */
  readonly arm: string | null;
  readonly reason: DecisionReason;
  /** What all arms together still miss; empty when one is to be shipped. */
  readonly missing: readonly MissingCondition[];
  readonly arms: readonly ArmVerdict[];
}

/** The interval of the gain: turned round where down is better. */
function gain({ interval }: Comparison, direction: Direction): readonly [low: number, high: number] {
  const low = interval[0] ?? Number.NEGATIVE_INFINITY;
  const high = interval[1] ?? Number.POSITIVE_INFINITY;
  return direction === 'up' ? [low, high] : [-high, -low];
}

function guardrailState({ comparison, direction, toleratedHarm }: GuardrailEvidence): 'harmed' | 'unclear' | 'fine' {
  if (comparison.reason !== null) return 'unclear';
  const [low, high] = gain(comparison, direction);
  if (high < -toleratedHarm) return 'harmed';
  return low < -toleratedHarm ? 'unclear' : 'fine';
}

const named = (guardrails: readonly GuardrailEvidence[], state: 'harmed' | 'unclear'): string[] =>
  guardrails.filter((guardrail) => guardrailState(guardrail) === state).map(({ metric }) => metric);

type Conditions = readonly (readonly [MissingCondition, isMissing: boolean])[];

const missingOf = (conditions: Conditions): MissingCondition[] => conditions.filter(([, isMissing]) => isMissing).map(([name]) => name);

/** What concerns the whole experiment, not one arm. */
function sharedConditions(input: DecisionInput): Conditions {
  return [
    ['sample_ratio_alarm', input.sampleRatioAlarm],
    ['multiple_exposure_alarm', input.multipleExposureAlarm],
    ['minimum_run_not_reached', !(input.runDays >= input.minimumRunDays)],
    ['minimum_units_not_reached', !(input.unitsOfSmallestArm >= input.minimumUnitsPerArm)],
  ];
}

function verdictOn({ arm, primary, pAdjusted, guardrails }: ArmEvidence, input: DecisionInput): ArmVerdict {
  const [low, high] = gain(primary, input.direction);
  const harmed = named(guardrails, 'harmed');
  const missing = missingOf([
    ['no_comparison', primary.reason !== null],
    ['effect_not_shown', !(low > 0)],
    ['not_significant_after_correction', !(pAdjusted <= input.alpha)],
    ['guardrail_harmed', harmed.length > 0],
    ...sharedConditions(input),
    ['loss_above_limit', !(primary.risk[1] <= input.lossLimit)],
  ]);
  const isWorse = primary.reason === null && high < 0 && pAdjusted <= input.alpha;
  return { arm, missing, harmed, unclear: named(guardrails, 'unclear'), isWorse };
}

/** The arm with the largest gain among those that miss nothing. */
function winnerOf(input: DecisionInput, verdicts: readonly ArmVerdict[]): string | undefined {
  const sign = input.direction === 'up' ? 1 : -1;
  const free = new Set(verdicts.filter(({ missing }) => missing.length === 0).map(({ arm }) => arm));
  return input.arms
    .filter(({ arm }) => free.has(arm))
    .map(({ arm, primary }) => ({ arm, gain: sign * primary.effect }))
    .sort((a, b) => b.gain - a.gain)[0]?.arm;
}

function enoughSeen(input: DecisionInput): boolean {
  return missingOf(sharedConditions(input)).length === 0;
}

function verdictWithoutWinner(input: DecisionInput, verdicts: readonly ArmVerdict[]): readonly [Decision, DecisionReason] {
  if (verdicts.length > 0 && verdicts.every(({ harmed }) => harmed.length > 0)) return ['roll_back', 'guardrail_harmed'];
  const isLost = ({ isWorse, harmed }: ArmVerdict): boolean => isWorse || harmed.length > 0;
  if (verdicts.length > 0 && verdicts.every(isLost) && enoughSeen(input)) return ['roll_back', 'every_arm_is_worse'];
  return input.isOver ? ['cannot_tell', 'ended_without_winner'] : ['keep_running', 'conditions_missing'];
}

function decisionOn(input: DecisionInput, verdicts: readonly ArmVerdict[]): readonly [Decision, DecisionReason] {
  if (input.sampleRatioAlarm) return ['cannot_tell', 'sample_ratio_alarm'];
  if (input.multipleExposureAlarm) return ['cannot_tell', 'multiple_exposure_alarm'];
  return verdictWithoutWinner(input, verdicts);
}

/**
 * A winner is named only when nothing is missing: the interval excludes 0 in the wanted direction, also after correction; no
 * guardrail is harmed; no alarm stands; minimum run and sample are reached; the expected loss is under its limit. All arms harmed
 * or worse: roll back. An alarm, or an end without a winner: nobody can tell. Otherwise keep running.
 */
export function decide(input: DecisionInput): DecisionResult {
  const verdicts = input.arms.map((evidence) => verdictOn(evidence, input));
  const winner = winnerOf(input, verdicts);
  if (winner !== undefined) return { decision: 'ship', arm: winner, reason: 'winner_found', missing: [], arms: verdicts };
  const [decision, reason] = decisionOn(input, verdicts);
  const missing = verdicts.length === 0 ? (['no_comparison'] as const) : [...new Set(verdicts.flatMap((each) => each.missing))];
  return { decision, arm: null, reason, missing, arms: verdicts };
}
