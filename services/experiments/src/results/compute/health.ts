import { balanceOfCounts, checkMultipleExposure, checkSampleRatio, MULTIPLE_EXPOSURE_ALARM, SRM_ALARM } from '@picly/statistics';
import { MIXED_UNITS, STRAYS, UNITS } from '../fold/contributions';
import type { SegmentRow, SumRow } from '../results.queries';
import type { Compared } from './metric-results';
import type { Evidence } from './evidence';
import { countsByArm, strataOf } from './strata';

const SUSPICIOUS = 0.01;

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
    /** Who is in the arms, by plan, source and the like. */
    readonly segments: readonly {
      readonly dimension: string;
      readonly standardised_difference: number;
      readonly p: number;
      readonly alarm: boolean;
    }[];
    readonly alarm: boolean;
    readonly method: string;
  };
}

const countOf = (rows: readonly SumRow[], metric: string): number =>
  rows.filter((row) => row.metric === metric).reduce((sum, { sums }) => sum + sums.n, 0);

function sampleRatioOf({ definition, totals, phases }: Evidence): Health['sample_ratio'] {
  const counts = countsByArm(definition.arms, strataOf(totals, UNITS, phases));
  const check = checkSampleRatio(counts);
  return {
    arms: counts.map(({ arm, n, weight }) => ({ arm, n, expected_share: weight })),
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
  const mixed = countOf(evidence.totals, MIXED_UNITS);
  const { units, share, alarm } = checkMultipleExposure(mixed, mixed + countOf(evidence.totals, UNITS));
  const { share: from, units: least } = MULTIPLE_EXPOSURE_ALARM;
  return { units, share, alarm, method: `units seen in several arms, left out; alarm from ${from * 100} % and ${least} units on` };
}

function historyOf(compared: readonly Compared[]): Health['balance']['comparisons'] {
  return compared
    .filter(({ metric, comparer }) => metric.type !== 'ratio' && comparer.hasHistory)
    .flatMap(({ metric, comparer, byArm }) =>
      [...byArm.keys()].map((arm) => {
        const { effect, p } = comparer.compareHistory(arm);
        return { metric: metric.key, arm, effect, p };
      }),
    );
}

/** Where the weights changed, who came when is in the arms unevenly by intent: nothing is said then. */
function mixOf({ definition, phases, totals }: Evidence, rows: readonly SegmentRow[]): Health['balance']['segments'] {
  if (strataOf(totals, UNITS, phases).length !== 1) return [];
  const units = rows.filter(({ metric }) => metric === UNITS);
  return [...new Set(units.map(({ dimension }) => dimension))].map((dimension) => {
    const own = units.filter((row) => row.dimension === dimension);
    const names = [...new Set(own.map(({ segment }) => segment))];
    const count = (arm: string, segment: string): number =>
      own.filter((row) => row.arm === arm && row.segment === segment).reduce((sum, { sums }) => sum + sums.n, 0);
    const { standardisedDifference, p, alarm } = balanceOfCounts(definition.arms.map(({ key }) => names.map((name) => count(key, name))));
    return { dimension, standardised_difference: standardisedDifference, p, alarm };
  });
}

/** What the arms were like before exposure, in what their units did and in who they are. */
function balanceOf(evidence: Evidence, compared: readonly Compared[], rows: readonly SegmentRow[]): Health['balance'] {
  const comparisons = historyOf(compared);
  const segments = mixOf(evidence, rows);
  return {
    comparisons,
    segments,
    alarm: comparisons.some(({ p }) => p < BALANCE_ALARM) || segments.some(({ alarm }) => alarm),
    method:
      `absolute difference of the same metric before exposure, asymptotic confidence sequence; chi-square of who is in the arms by segment; ` +
      `alarm below ${BALANCE_ALARM}`,
  };
}

/** Whether the experiment is sound: the split, units in several arms, what the arms were like before. */
export function healthOf(evidence: Evidence, compared: readonly Compared[], segments: readonly SegmentRow[]): Health {
  return {
    sample_ratio: sampleRatioOf(evidence),
    multiple_exposure: multipleExposureOf(evidence),
    stray_exposures: {
      unknown_arm: countOf(evidence.totals, STRAYS.unknown_arm),
      while_not_running: countOf(evidence.totals, STRAYS.outside),
    },
    balance: balanceOf(evidence, compared, segments),
  };
}
