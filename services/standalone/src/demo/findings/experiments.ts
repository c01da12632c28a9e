import { count, percent, table } from '@picly/terminal';
import type { ArmLedger } from '../world/ledger';
import { EXPERIMENTS } from '../world/truth';
import type { Check, Finding, Inquiry } from './finding';

interface ExperimentDetail {
  readonly by_arm: readonly {
    readonly arm: string;
    readonly units: number;
    readonly metrics: readonly { readonly metric: string; readonly converted_units: number }[];
  }[];
}

interface ArmRow {
  readonly experiment: string;
  readonly arm: string;
  readonly trueRate: number;
  readonly truth: ArmLedger;
  readonly units: number | undefined;
  readonly converted: number | undefined;
}

/** One experiment has an effect and one has none: are people and conversions counted right? */
export async function experimentFindings(inquiry: Inquiry): Promise<Finding> {
  const rows: ArmRow[] = [];
  for (const experiment of EXPERIMENTS) {
    const detail = await inquiry.client.get<ExperimentDetail>(`/api/analytics/experiments/${experiment.key}`);
    for (const { variant, rate } of experiment.arms) {
      const told = detail.by_arm.find((arm) => arm.arm === variant);
      const converted = told?.metrics.find(({ metric }) => metric === experiment.metric)?.converted_units;
      const truth = inquiry.ledger.arm(experiment.key, variant);
      rows.push({ experiment: experiment.key, arm: variant, trueRate: rate, truth, units: told?.units, converted });
    }
  }
  const text = table(rows, [
    { title: 'EXPERIMENT', value: (row) => row.experiment },
    { title: 'ARM', value: (row) => row.arm },
    { title: 'true rate', value: (row) => percent(row.trueRate), align: 'right' },
    { title: 'PEOPLE', value: (row) => count(row.units ?? 0), align: 'right' },
    { title: 'CONVERTED', value: (row) => count(row.converted ?? 0), align: 'right' },
    { title: 'RATE', value: (row) => percent(row.units ? (row.converted ?? 0) / row.units : null), align: 'right' },
  ]);
  return { title: 'Experiments: one with an effect, one without', text, checks: rows.flatMap(checksOf) };
}

const checksOf = ({ experiment, arm, truth, units, converted }: ArmRow): readonly Check[] => [
  { name: `${experiment}, ${arm}: people`, truth: truth.units, told: units },
  { name: `${experiment}, ${arm}: converted`, truth: truth.converted, told: converted },
];
