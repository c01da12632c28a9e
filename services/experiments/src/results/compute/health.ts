import { compare, checkSampleRatio, SRM_ALARM, type ArmSums } from '@picly/statistics';
import { MIXED_UNITS, STRAYS, UNITS } from '../fold/contributions';
import type { SumRow } from '../results.queries';
import type { Compared } from './metric-results';
import type { Evidence } from './evidence';
import { pooled, strataOf } from './strata';

const SUSPICIOUS = 0.01;

/** Units seen in several arms from which on nothing may be believed: this share of all, and at least so many. */
const MIXED_SHARE = 0.01;
const MIXED_UNITS_LEAST = 10;
/** Below this the arms were not alike before the experiment; they always could be, so the limit is as strict as for the split. */
const BALANCE_ALARM = SRM_ALARM;

export interface Health {
  readonly sample_ratio: {
    readonly arms: readonly { readonly arm: string; readonly n: number; readonly expected_share: number }[];
    readonly chi_square: number;
    readonly df: number;
    readonly p: number;
    readonly p_any_time: number;
    readonly alarm: boolean;
    /** Not yet an alarm, and not what chance likes to do: worth a look. */
    readonly suspicious: boolean;
    readonly method: string;
  };
  readonly multiple_exposure: { readonly units: number; readonly share: number; readonly alarm: boolean; readonly method: string };
  readonly stray_exposures: { readonly unknown_arm: number; readonly while_not_running: number };
  readonly balance: {
    readonly comparisons: readonly { readonly metric: string; readonly arm: string; readonly effect: number; readonly p: number }[];
    readonly alarm: boolean;
    readonly method: string;
  };
}

const countOf = (rows: readonly SumRow[], metric: string): number =>
  rows.filter((row) => row.metric === metric).reduce((sum, { sums }) => sum + sums.n, 0);

/** Shares to be expected: each phase's units by the weights of that phase. */
function sampleRatioOf({ definition, totals, phases }: Evidence): Health['sample_ratio'] {
  const strata = strataOf(totals, UNITS, phases);
  const counts = definition.arms.map(({ key }) => ({ arm: key, n: pooled(strata, key).n }));
  const all = counts.reduce((sum, { n }) => sum + n, 0);
  const expected = definition.arms.map(({ key, weight }) => {
    if (all === 0) return weight;
    const units = strata.map(({ arms, sums }) => {
      const inStratum = [...sums.values()].reduce((sum, { n }) => sum + n, 0);
      return inStratum * (arms.find((arm) => arm.key === key)?.weight ?? 0);
    });
    return units.reduce((sum, n) => sum + n, 0) / all;
  });
  const check = checkSampleRatio(counts.map(({ n }, index) => ({ n, weight: expected[index] ?? 0 })));
  return {
    arms: counts.map((count, index) => ({ ...count, expected_share: expected[index] ?? 0 })),
    chi_square: check.chiSquare,
    df: check.df,
    p: check.p,
    p_any_time: check.sequentialP,
    alarm: check.alarm,
    suspicious: check.p < SUSPICIOUS,
    method: `chi-square of the split, and a sequential multinomial test that may be read at any time; alarm below ${SRM_ALARM}`,
  };
}

function multipleExposureOf(evidence: Evidence): Health['multiple_exposure'] {
  const units = countOf(evidence.totals, MIXED_UNITS);
  const all = units + countOf(evidence.totals, UNITS);
  const share = all === 0 ? 0 : units / all;
  const alarm = share >= MIXED_SHARE && units >= MIXED_UNITS_LEAST;
  return {
    units,
    share,
    alarm,
    method: `units seen in several arms, left out; alarm from ${MIXED_SHARE * 100} % and ${MIXED_UNITS_LEAST} units on`,
  };
}

const before = (sums: ArmSums): ArmSums => ({ n: sums.n, sum: sums.preSum ?? 0, sumSquares: sums.preSumSquares ?? 0 });

/** The arms' history before exposure: a difference there is no effect of the experiment. */
function balanceOf(evidence: Evidence, compared: readonly Compared[]): Health['balance'] {
  const control = evidence.definition.arms[0]?.key ?? '';
  const comparisons = compared
    .filter(({ metric, comparer }) => metric.type !== 'ratio' && comparer.hasHistory)
    .flatMap(({ metric, comparer, byArm }) =>
      [...byArm.keys()].map((arm) => {
        const sums = [before(pooled(comparer.strata, control)), before(pooled(comparer.strata, arm))] as const;
        const { effect, p } = compare('mean', sums[0], sums[1], { method: 'always_valid', effect: 'absolute' });
        return { metric: metric.key, arm, effect, p };
      }),
    );
  return {
    comparisons,
    alarm: comparisons.some(({ p }) => p < BALANCE_ALARM),
    method: `absolute difference of the same metric before exposure, asymptotic confidence sequence; alarm below ${BALANCE_ALARM}`,
  };
}

/** Whether the experiment is sound: the split, units in several arms, what the arms were like before. */
export function healthOf(evidence: Evidence, compared: readonly Compared[]): Health {
  return {
    sample_ratio: sampleRatioOf(evidence),
    multiple_exposure: multipleExposureOf(evidence),
    stray_exposures: {
      unknown_arm: countOf(evidence.totals, STRAYS.unknown_arm),
      while_not_running: countOf(evidence.totals, STRAYS.outside),
    },
    balance: balanceOf(evidence, compared),
  };
}
