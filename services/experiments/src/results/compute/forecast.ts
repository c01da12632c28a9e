import type { ExperimentDefinition } from '@picly/experiments';
import { DEFAULT_TUNING_N, progressOf, type Comparison, type TestDesign } from '@picly/statistics';
import type { Evidence } from './evidence';
import type { Compared } from './metric-results';

/** The relative change that is looked for when the definition names none. */
const DEFAULT_EFFECT = 0.05;
const WANTED_POWER = 0.8;
const LOOKS = 12;

export interface Forecast {
  /** The relative effect that is looked for. */
  readonly effect: number;
  /** Chance that an effect of this size had been shown by now. */
  readonly power_so_far: number | null;
  /** Smallest relative effect that would have been shown by now with 80 % chance. */
  readonly minimum_detectable_effect: number | null;
  /** Units of control and arm for 80 % power; null when no sample would do. */
  readonly units_needed: number | null;
  readonly hours_needed: number | null;
  readonly method: string;
  readonly reason: string | null;
}

/** The step of the correction that the smallest of all p-values has to take: whoever takes it is shown, whatever the others say. */
function comparisonsOf({ arms, secondary_metrics: secondary, correction }: ExperimentDefinition): number {
  return correction === 'none' ? 1 : Math.max(1, (arms.length - 1) * (1 + secondary.length));
}

function methodOf(definition: ExperimentDefinition): string {
  const comparisons = comparisonsOf(definition);
  const corrected = comparisons === 1 ? '' : `, at alpha / ${comparisons} for as many comparisons`;
  return `always-valid test looked at ${LOOKS} times, by the variance so far${corrected}; ${100 * WANTED_POWER} % power`;
}

const nothing = (definition: ExperimentDefinition, effect: number, reason: string): Forecast => ({
  effect,
  power_so_far: null,
  minimum_detectable_effect: null,
  units_needed: null,
  hours_needed: null,
  method: methodOf(definition),
  reason,
});

/** The comparison with the fewest units decides how long it takes. */
function slowest({ byArm }: Compared): Comparison | undefined {
  return [...byArm.values()].sort((a, b) => a.n[0] + a.n[1] - (b.n[0] + b.n[1]))[0];
}

/** How much can be seen now, and how much longer it takes, from the variance and the traffic so far. */
export function forecastOf({ definition, runHours }: Evidence, primary: Compared): Forecast {
  const effect = definition.minimum_effect ?? DEFAULT_EFFECT;
  const comparison = slowest(primary);
  if (!comparison) return nothing(definition, effect, 'too_few_units');
  if (comparison.reason !== null) return nothing(definition, effect, comparison.reason);
  const units = comparison.n[0] + comparison.n[1];
  const design: TestDesign = {
    method: 'always_valid',
    sided: 'two',
    alpha: definition.alpha / comparisonsOf(definition),
    tuningN: definition.planned_sample ?? DEFAULT_TUNING_N,
    looks: LOOKS,
  };
  const { se } = comparison;
  const perDay = runHours > 0 ? (24 * units) / runHours : 0;
  const progress = progressOf({ se, n: units, effect, power: WANTED_POWER, design, unitsPerDay: perDay });
  return {
    effect,
    power_so_far: progress.power,
    minimum_detectable_effect: progress.detectableEffect,
    units_needed: progress.unitsNeeded,
    hours_needed: progress.daysStillNeeded === null ? null : 24 * progress.daysStillNeeded,
    method: methodOf(definition),
    reason: null,
  };
}
