import type { FieldError } from '@picly/contracts';
import { DEFAULT_TUNING_N, planExperiment, type Plan, type PlanInput } from '@picly/statistics';
import { ALPHA, EFFECT, METRIC, SIDED, TUNING_N, WEIGHTS } from './options';
import { readBody } from './read-body';
import { either, inside, number, object, oneOf, refuse, type Place } from './shape';

/** Within this time most experiments end, and within it the power is stated when no other time is asked for. */
const DEFAULT_DAYS = 28;

const DAYS = number({ min: 1, max: 3_650, whole: true });
const UNITS_PER_DAY = number({ min: 0, max: 1e12 });
const BASELINE = object({ mean: number() }, { sd: number({ min: 0 }) });
const TRAFFIC = object({ units_per_day: UNITS_PER_DAY }, { days: DAYS });
const OPTIONS = object(
  {},
  {
    method: oneOf(['always_valid', 'fixed']),
    effect: EFFECT,
    alpha: ALPHA,
    tuning_n: TUNING_N,
    sided: SIDED,
    power: number({ min: 0, max: 1, open: true }),
    looks: number({ min: 1, max: 100_000, whole: true }),
    comparisons: number({ min: 1, max: 10_000, whole: true }),
    correlation: number({ min: -1, max: 1, open: true }),
  },
);

export const PLAN_BODY = object(
  { metric: METRIC, baseline: either(number(), BASELINE), traffic: either(UNITS_PER_DAY, TRAFFIC) },
  { minimum_effect: number(), weights: WEIGHTS, options: OPTIONS },
);

type PlanBody = NonNullable<ReturnType<typeof PLAN_BODY.read>>;

export interface PlanAnswer {
  /** Units and days until the smallest effect that matters is shown; null without such an effect, with the reason. */
  readonly units: number | null;
  readonly units_by_arm: readonly number[];
  readonly duration_days: number | null;
  /** By the end of `days`: units, the power for that effect, and the smallest effect shown with the power asked for. */
  readonly days: number;
  readonly units_by_then: number | null;
  readonly power: number | null;
  readonly minimum_detectable_effect: number | null;
  readonly test: string;
  readonly looks: number;
  readonly reason: string | null;
}

const baselineOf = ({ baseline }: PlanBody): { readonly mean: number; readonly sd?: number } =>
  typeof baseline === 'number' ? { mean: baseline } : baseline;

const trafficOf = ({ traffic }: PlanBody): { readonly units_per_day: number; readonly days?: number } =>
  typeof traffic === 'number' ? { units_per_day: traffic } : traffic;

function checkBaseline(body: PlanBody, place: Place): void {
  const baseline = inside(place, 'baseline');
  const { mean, sd } = baselineOf(body);
  if (body.metric.type !== 'proportion' && sd === undefined)
    refuse(inside(baseline, 'sd'), 'required', 'this metric needs the spread of a unit');
  if (body.metric.type === 'proportion' && !(mean >= 0 && mean <= 1))
    refuse(inside(baseline, 'mean'), 'number', 'must be a share from 0 to 1');
}

const DEFAULT_OPTIONS = {
  method: 'always_valid',
  effect: 'relative',
  alpha: 0.05,
  tuning_n: DEFAULT_TUNING_N,
  sided: 'two',
  power: 0.8,
  comparisons: 1,
  correlation: 0,
} as const;

function inputOf(body: PlanBody): PlanInput {
  const { metric, minimum_effect: effect, weights = [0.5, 0.5] } = body;
  const { mean, sd } = baselineOf(body);
  const { units_per_day: unitsPerDay, days = DEFAULT_DAYS } = trafficOf(body);
  const options = { ...DEFAULT_OPTIONS, looks: days, ...body.options };
  const { method, sided, looks, power, correlation } = options;
  return {
    type: metric.type,
    direction: metric.direction ?? 'up',
    baseline: { mean, ...(sd !== undefined && { variance: sd * sd }) },
    scale: options.effect,
    weights,
    power,
    correlation,
    unitsPerDay,
    days,
    ...(effect !== undefined && { effect }),
    design: { method, sided, looks, alpha: options.alpha / options.comparisons, tuningN: options.tuning_n },
  };
}

function answerOf({ units, unitsByArm, days, atEnd, reason }: Plan, { days: end = DEFAULT_DAYS, design }: PlanInput): PlanAnswer {
  return {
    units,
    units_by_arm: unitsByArm,
    duration_days: days,
    days: end,
    units_by_then: atEnd?.units ?? null,
    power: atEnd?.power ?? null,
    minimum_detectable_effect: atEnd?.detectableEffect ?? null,
    test: design.method === 'fixed' ? 'normal' : 'asymptotic_confidence_sequence',
    looks: design.method === 'fixed' ? 1 : design.looks,
    reason,
  };
}

/** Sample, duration, power and smallest detectable effect; or what is wrong with the body. */
export function plan(body: unknown): PlanAnswer | readonly FieldError[] {
  const read = readBody(PLAN_BODY, body, checkBaseline);
  if (!('metric' in read)) return read;
  const input = inputOf(read);
  return answerOf(planExperiment(input), input);
}
