import type { FieldError } from '@picly/contracts';
import {
  adjustP,
  DEFAULT_TUNING_N,
  pairedEffect,
  percentileCont,
  sumsOfUnits,
  testEffect,
  type ArmSums,
  type TestOptions,
} from '@picly/statistics';
import { analyse, type Analysis } from '../results/compute/analyse';
import { bayesianView, effectView, type BayesianView, type EffectView } from '../results/compute/views';
import { MIXED_UNITS, UNITS } from '../results/fold/contributions';
import type { SumRow } from '../results/results.queries';
import type { ImportedMetric, ImportRequest } from './read-import';
import { unitsOf, type Units, type UnitValue } from './units-of';

const PHASE = 1;

export interface PairedMetric {
  readonly metric: string;
  readonly arms: readonly { readonly arm: string; readonly n: number; readonly value: number | null }[];
  readonly comparisons: readonly {
    readonly arm: string;
    readonly pairs: number;
    readonly relative: EffectView & { readonly p_adjusted: number };
    readonly absolute: EffectView;
    readonly bayesian: BayesianView;
    readonly fixed_horizon: EffectView | null;
  }[];
}

export type ImportAnswer =
  | (Analysis & { readonly design: 'independent'; readonly rows: number; readonly rows_of_other_arms: number })
  | { readonly design: 'paired'; readonly rows: number; readonly rows_of_other_arms: number; readonly metrics: readonly PairedMetric[] };

function valueOf({ type }: ImportedMetric, { sum, count }: UnitValue): number {
  if (type === 'proportion') return sum > 0 ? 1 : 0;
  return type === 'mean' ? sum / count : sum;
}

type Counted = (unit: string) => boolean;
type ByUnit = ReadonlyMap<string, UnitValue>;

const countedOf = (units: ByUnit, isCounted: Counted): readonly UnitValue[] =>
  [...units].filter(([unit]) => isCounted(unit)).map(([, value]) => value);

function sumsOfArm(metric: ImportedMetric, units: readonly UnitValue[], cap: number): ArmSums {
  return sumsOfUnits(
    units.map((value) => ({ value: Math.min(cap, valueOf(metric, value)), denominator: value.per, pre: value.pre / value.count })),
  );
}

/** What a unit counts for at most. A percentile is one of all arms together: an arm must not choose its own. */
function capOf(metric: ImportedMetric, byArm: ReadonlyMap<string, ByUnit> | undefined, isCounted: Counted): number {
  if (metric.capQuantile === null) return metric.cap ?? Number.POSITIVE_INFINITY;
  const values = [...(byArm?.values() ?? [])].flatMap((units) => countedOf(units, isCounted).map((value) => valueOf(metric, value)));
  return (
    percentileCont(
      values.sort((a, b) => a - b),
      metric.capQuantile,
    ) ?? Number.POSITIVE_INFINITY
  );
}

const counting = (metric: string, arm: string, n: number): SumRow => ({ phase: PHASE, metric, arm, sums: { n, sum: 0 } });

function rowsOfUnits({ definition, metrics }: ImportRequest, { values, armsOf }: Units): readonly SumRow[] {
  const isCounted: Counted = (unit) => armsOf.get(unit)?.size === 1;
  const caps = new Map(metrics.map((metric) => [metric.key, capOf(metric, values.get(metric.key), isCounted)]));
  const all = [...armsOf];
  return definition.arms.flatMap(({ key: arm }) => [
    counting(UNITS, arm, all.filter(([, arms]) => arms.size === 1 && arms.has(arm)).length),
    counting(MIXED_UNITS, arm, all.filter(([, arms]) => arms.size > 1 && [...arms][0] === arm).length),
    ...metrics.map((metric): SumRow => {
      const units = countedOf(values.get(metric.key)?.get(arm) ?? new Map<string, UnitValue>(), isCounted);
      const cap = caps.get(metric.key) ?? Number.POSITIVE_INFINITY;
      return { phase: PHASE, metric: metric.key, arm, sums: sumsOfArm(metric, units, cap) };
    }),
  ]);
}

/** The split is that of the metric with the most units. */
function rowsOfCounts({ definition, counts }: ImportRequest): readonly SumRow[] {
  const units = definition.arms.map(({ key }) =>
    counting(UNITS, key, Math.max(0, ...counts.filter(({ arm }) => arm === key).map(({ sums }) => sums.n))),
  );
  return [...units, ...counts.map(({ arm, metric, sums }): SumRow => ({ phase: PHASE, arm, metric, sums }))];
}

function analyseRows({ definition }: ImportRequest, totals: readonly SumRow[]): Analysis {
  const phases = [
    { revision: PHASE, from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, state: 'running', arms: definition.arms } as const,
  ];
  const method = definition.planned_sample === null ? 'always_valid' : 'fixed';
  return analyse({ definition, phases, totals, bins: [], caps: new Map(), runHours: 0, isOver: true, method }).analysis;
}

function pairsOf(
  units: Units,
  metric: ImportedMetric,
  names: readonly [string, string],
): { readonly control: number; readonly arm: number }[] {
  const byArm = units.values.get(metric.key);
  const [before, after] = [byArm?.get(names[0]), byArm?.get(names[1])];
  return [...(after ?? [])].flatMap(([unit, value]) => {
    const own = before?.get(unit);
    return own ? [{ control: valueOf(metric, own), arm: valueOf(metric, value) }] : [];
  });
}

const optionsOf = ({ definition }: ImportRequest, direction: 'up' | 'down'): Omit<TestOptions, 'method' | 'effect'> => ({
  direction,
  alpha: definition.alpha,
  tuningN: definition.planned_sample ?? DEFAULT_TUNING_N,
  sided: 'two',
});

function pairedMetric(request: ImportRequest, units: Units, metric: ImportedMetric): PairedMetric {
  const { definition } = request;
  const [control = '', ...others] = definition.arms.map(({ key }) => key);
  const declared = definition.metrics.find(({ key }) => key === metric.key);
  const options = optionsOf(request, declared?.direction ?? 'up');
  const note = ', paired by unit';
  const compared = others.map((arm) => {
    const pairs = pairsOf(units, metric, [control, arm]);
    const test = (method: TestOptions['method'], effect: TestOptions['effect'] = 'relative') =>
      testEffect(pairedEffect(pairs, effect), { ...options, method, effect });
    return { arm, pairs: pairs.length, test };
  });
  const adjusted = adjustP(
    compared.map(({ test }) => test('always_valid').p),
    definition.correction,
  );
  return {
    metric: metric.key,
    arms: definition.arms.map(({ key }) => armOf(units, metric, key)),
    comparisons: compared.map(({ arm, pairs, test }, index) => ({
      arm,
      pairs,
      relative: { ...effectView(test('always_valid'), note), p_adjusted: adjusted[index] ?? 1 },
      absolute: effectView(test('always_valid', 'absolute'), note),
      bayesian: bayesianView(test('bayesian')),
      fixed_horizon: definition.planned_sample === null ? null : effectView(test('fixed', 'absolute'), note),
    })),
  };
}

function armOf(units: Units, metric: ImportedMetric, arm: string): PairedMetric['arms'][number] {
  const values = [...(units.values.get(metric.key)?.get(arm)?.values() ?? [])].map((value) => valueOf(metric, value));
  const sum = values.reduce((total, value) => total + value, 0);
  return { arm, n: values.length, value: values.length === 0 ? null : sum / values.length };
}

/** The same analysis as of events, of a finished test; or what is wrong with its rows. */
export function analyseImport(request: ImportRequest): ImportAnswer | readonly FieldError[] {
  if (request.csv === undefined && request.ndjson === undefined) {
    return { design: 'independent', rows: request.counts.length, rows_of_other_arms: 0, ...analyseRows(request, rowsOfCounts(request)) };
  }
  const units = unitsOf(request);
  if (Array.isArray(units)) return units as readonly FieldError[];
  const found = units as Units;
  const told = { rows: found.rows, rows_of_other_arms: found.otherArms };
  if (request.design === 'paired') {
    return { design: 'paired', ...told, metrics: request.metrics.map((metric) => pairedMetric(request, found, metric)) };
  }
  return { design: 'independent', ...told, ...analyseRows(request, rowsOfUnits(request, found)) };
}
