import { count, percent, table } from '@picly/terminal';
import type { ArmLedger } from '../world/ledger';
import { EXPERIMENTS, type Experiment } from '../world/truth';
import type { Check, Finding, Inquiry } from './finding';

interface ExperimentDetail {
  readonly by_arm: readonly {
    readonly arm: string;
    readonly units: number;
    readonly metrics: readonly { readonly metric: string; readonly converted_units: number }[];
  }[];
}

interface Results {
  readonly decision: { readonly verdict: string; readonly arm: string | null };
  readonly metrics: readonly {
    readonly role: string;
    readonly arms: readonly { readonly arm: string; readonly n: number; readonly value: number | null }[];
    readonly comparisons: readonly {
      readonly arm: string;
      readonly relative: {
        readonly effect: number;
        readonly interval: readonly [number | null, number | null];
        readonly reason: string | null;
      };
    }[];
  }[];
}

interface ArmRow {
  readonly experiment: string;
  readonly arm: string;
  readonly trueRate: number;
  /** Relative to the control; null for the control. */
  readonly trueEffect: number | null;
  readonly units: number | undefined;
  readonly converted: number | undefined;
  readonly comparison: Results['metrics'][number]['comparisons'][number]['relative'] | undefined;
  readonly verdict: string;
}

const signed = (share: number | null): string => (share === null ? '' : `${share >= 0 ? '+' : ''}${percent(share)}`);

function intervalOf({ comparison }: ArmRow): string {
  if (!comparison) return '';
  return comparison.reason?.replaceAll('_', ' ') ?? comparison.interval.map((end) => (end === null ? 'open' : signed(end))).join(' to ');
}

/** Whether what is true lies in the interval; nothing is promised where nothing could be compared. */
function insideCheck(row: ArmRow): readonly Check[] {
  const { comparison, trueEffect } = row;
  if (!comparison || comparison.reason !== null || trueEffect === null) return [];
  const [low, high] = comparison.interval;
  const isInside = (low ?? trueEffect) <= trueEffect && trueEffect <= (high ?? trueEffect);
  return [{ name: `${row.experiment}, ${row.arm}: true effects inside the interval`, truth: 1, told: isInside ? 1 : 0 }];
}

interface Told {
  readonly detail: ExperimentDetail;
  readonly results: Results;
}

function armRow(experiment: Experiment, { variant: arm, rate }: Experiment['arms'][number], { detail, results }: Told): ArmRow {
  const told = detail.by_arm.find((each) => each.arm === arm);
  const comparison = primaryOf(results)?.comparisons.find((each) => each.arm === arm)?.relative;
  return {
    experiment: experiment.key,
    arm,
    trueRate: rate,
    trueEffect: comparison ? rate / (experiment.arms[0]?.rate ?? 0) - 1 : null,
    units: told?.units,
    converted: told?.metrics.find(({ metric }) => metric === experiment.metric)?.converted_units,
    comparison,
    verdict: verdictOn(arm, results.decision),
  };
}

/** Beside the arm it names, beside all when it names none. */
const verdictOn = (arm: string, { verdict, arm: named }: Results['decision']): string =>
  named === null || named === arm ? verdict.replaceAll('_', ' ') : '';

const primaryOf = ({ metrics }: Results): Results['metrics'][number] | undefined => metrics.find(({ role }) => role === 'primary');

function checksOf(row: ArmRow, results: Results, truth: ArmLedger): readonly Check[] {
  const name = `${row.experiment}, ${row.arm}`;
  const result = primaryOf(results)?.arms.find(({ arm }) => arm === row.arm);
  return [
    { name: `${name}: people`, truth: truth.units, told: row.units },
    { name: `${name}: converted`, truth: truth.converted, told: row.converted },
    { name: `${name}: people in the results`, truth: truth.units, told: result?.n },
    { name: `${name}: rate in the results`, truth: truth.converted / truth.units, told: result?.value },
    ...insideCheck(row),
  ];
}

/** One experiment has an effect and one has none: are people and conversions counted right, and is it found? */
export async function experimentFindings(inquiry: Inquiry): Promise<Finding> {
  const rows: ArmRow[] = [];
  const checks: Check[] = [];
  for (const experiment of EXPERIMENTS) {
    const path = `/api/analytics/experiments/${experiment.key}`;
    const detail = await inquiry.client.get<ExperimentDetail>(path);
    const results = await inquiry.client.get<Results>(`${path}/results`);
    const own = experiment.arms.map((arm) => armRow(experiment, arm, { detail, results }));
    rows.push(...own);
    checks.push(...own.flatMap((row) => checksOf(row, results, inquiry.ledger.arm(row.experiment, row.arm))));
  }
  const text = table(rows, [
    { title: 'EXPERIMENT', value: (row) => row.experiment },
    { title: 'ARM', value: (row) => row.arm },
    { title: 'true rate', value: (row) => percent(row.trueRate), align: 'right' },
    { title: 'PEOPLE', value: (row) => count(row.units ?? 0), align: 'right' },
    { title: 'CONVERTED', value: (row) => count(row.converted ?? 0), align: 'right' },
    { title: 'RATE', value: (row) => percent(row.units ? (row.converted ?? 0) / row.units : null), align: 'right' },
    { title: 'true effect', value: (row) => signed(row.trueEffect), align: 'right' },
    { title: 'EFFECT', value: ({ comparison }) => (comparison?.reason === null ? signed(comparison.effect) : ''), align: 'right' },
    { title: 'ALWAYS VALID', value: intervalOf },
    { title: 'VERDICT', value: (row) => row.verdict },
  ]);
  return { title: 'Experiments: one with an effect, one without', text, checks };
}
