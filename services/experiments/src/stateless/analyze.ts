import type { FieldError } from '@picly/contracts';
import {
  adjustP,
  checkSampleRatio,
  compare,
  DEFAULT_COMPARE_OPTIONS,
  type ArmSums,
  type CompareOptions,
  type Comparison,
  type MetricType,
} from '@picly/statistics';
import { ALPHA, CORRECTION, EFFECT, flag, KEY, METRIC, SIDED, TUNING_N } from './options';
import { readBody } from './read-body';
import { inside, list, number, object, oneOf, refuse, type Place } from './shape';

const sum = number();

/** The sums of an arm by their names on the wire. Sums that a metric does not need may be there, and are not looked at. */
export const SUMS = {
  sum_squares: 'sumSquares',
  denominator_sum: 'denominatorSum',
  denominator_sum_squares: 'denominatorSumSquares',
  numerator_denominator_sum: 'numeratorDenominatorSum',
  pre_sum: 'preSum',
  pre_sum_squares: 'preSumSquares',
  post_pre_sum: 'postPreSum',
  pre_denominator_sum: 'preDenominatorSum',
  pre_denominator_sum_squares: 'preDenominatorSumSquares',
  pre_numerator_denominator_sum: 'preNumeratorDenominatorSum',
  post_numerator_pre_denominator_sum: 'postNumeratorPreDenominatorSum',
  post_denominator_pre_numerator_sum: 'postDenominatorPreNumeratorSum',
  post_denominator_pre_denominator_sum: 'postDenominatorPreDenominatorSum',
} as const satisfies Readonly<Record<string, keyof ArmSums>>;

type SumName = keyof typeof SUMS;
const SUM_NAMES = Object.keys(SUMS) as readonly SumName[];
const SUM_SHAPES = Object.fromEntries(SUM_NAMES.map((name) => [name, sum])) as Readonly<Record<SumName, typeof sum>>;

/** What a metric needs beside n and sum, and what CUPED needs beside that. */
export const NEEDED: Readonly<Record<MetricType, { readonly plain: readonly SumName[]; readonly cuped: readonly SumName[] }>> = {
  proportion: { plain: [], cuped: ['pre_sum', 'post_pre_sum'] },
  mean: { plain: ['sum_squares'], cuped: ['pre_sum', 'pre_sum_squares', 'post_pre_sum'] },
  ratio: {
    plain: ['sum_squares', 'denominator_sum', 'denominator_sum_squares', 'numerator_denominator_sum'],
    cuped: SUM_NAMES.slice(4),
  },
};

const ARM = object({ key: KEY, n: number({ min: 0, whole: true }), sum }, { weight: number({ min: 0 }), ...SUM_SHAPES });
const PRIOR = object({ mean: number(), sd: number({ min: 0, max: Number.MAX_VALUE, open: true }) }, {});
const OPTIONS = object(
  {},
  {
    method: oneOf(['always_valid', 'fixed', 'bayesian']),
    effect: EFFECT,
    alpha: ALPHA,
    tuning_n: TUNING_N,
    sided: SIDED,
    cuped: flag,
    prior: PRIOR,
    correction: CORRECTION,
  },
);

export const ANALYZE_BODY = object({ metric: METRIC, arms: list(ARM, { min: 1, max: 100 }) }, { options: OPTIONS });

type AnalyzeBody = NonNullable<ReturnType<typeof ANALYZE_BODY.read>>;
type Arm = AnalyzeBody['arms'][number];

export interface AnalyzeAnswer {
  readonly srm: {
    readonly chi_square: number;
    readonly df: number;
    readonly p: number;
    readonly sequential_p: number;
    readonly alarm: boolean;
  };
  readonly comparisons: readonly ComparisonAnswer[];
}

export interface ComparisonAnswer {
  readonly arm: string;
  readonly effect: number;
  readonly interval: readonly [number | null, number | null];
  readonly se: number;
  readonly p: number;
  readonly p_adjusted: number;
  readonly chance_to_win: number;
  readonly risk: readonly [control: number, arm: number];
  readonly reason: string | null;
  /** Units of control and arm. */
  readonly n: readonly [number, number];
  /** Unadjusted means of control and arm. */
  readonly means: readonly [number, number];
  /** The CUPED coefficient, 0 without. */
  readonly theta: number;
  readonly test: string;
  readonly valid_at: string;
}

function checkArms({ arms, metric, options }: AnalyzeBody, place: Place): void {
  const { plain, cuped } = NEEDED[metric.type];
  const needed = options?.cuped === true ? [...plain, ...cuped] : plain;
  const keys = new Set<string>();
  const weighed = arms.some(({ weight }) => weight !== undefined);
  arms.forEach((arm, at) => {
    const here = inside(inside(place, 'arms'), at);
    if (keys.has(arm.key)) refuse(inside(here, 'key'), 'duplicate', 'another arm has this key');
    keys.add(arm.key);
    if (weighed && arm.weight === undefined) refuse(inside(here, 'weight'), 'required', 'give a weight to every arm or to none');
    for (const name of needed) if (arm[name] === undefined) refuse(inside(here, name), 'required', 'this metric needs this sum');
  });
}

function sumsOf(arm: Arm): ArmSums {
  const given = SUM_NAMES.flatMap((name) => (arm[name] === undefined ? [] : [[SUMS[name], arm[name]] as const]));
  return { n: arm.n, sum: arm.sum, ...Object.fromEntries(given) };
}

function compareOptionsOf({ metric, options = {} }: AnalyzeBody): CompareOptions {
  const { tuning_n: tuningN, correction: _correction, ...others } = options;
  return {
    ...DEFAULT_COMPARE_OPTIONS,
    ...(metric.direction !== undefined && { direction: metric.direction }),
    ...(tuningN !== undefined && { tuningN }),
    ...others,
  };
}

const answerOf = (arm: string, comparison: Comparison, pAdjusted: number): ComparisonAnswer => ({
  arm,
  effect: comparison.effect,
  interval: comparison.interval,
  se: comparison.se,
  p: comparison.p,
  p_adjusted: pAdjusted,
  chance_to_win: comparison.chanceToWin,
  risk: comparison.risk,
  reason: comparison.reason,
  n: comparison.n,
  means: comparison.means,
  theta: comparison.theta,
  test: comparison.test,
  valid_at: comparison.validAt,
});

function analyzed(body: AnalyzeBody): AnalyzeAnswer {
  const [control, ...others] = body.arms;
  const options = compareOptionsOf(body);
  const comparisons = control ? others.map((arm) => compare(body.metric.type, sumsOf(control), sumsOf(arm), options)) : [];
  const adjusted = adjustP(
    comparisons.map(({ p }) => p),
    body.options?.correction ?? 'none',
  );
  const { chiSquare, df, p, sequentialP, alarm } = checkSampleRatio(body.arms.map(({ n, weight }) => ({ n, weight: weight ?? 1 })));
  return {
    srm: { chi_square: chiSquare, df, p, sequential_p: sequentialP, alarm },
    comparisons: comparisons.map((comparison, at) => answerOf(others[at]?.key ?? '', comparison, adjusted[at] ?? 1)),
  };
}

/** Every arm against the first, and the check of the split; or what is wrong with the body. */
export function analyze(body: unknown): AnalyzeAnswer | readonly FieldError[] {
  const read = readBody(ANALYZE_BODY, body, checkArms);
  return 'arms' in read ? analyzed(read) : read;
}
