import type { MetricDefinition } from '@picly/experiments';
import {
  allocationEffect,
  compare,
  DEFAULT_TUNING_N,
  drawnTogether,
  noComparison,
  quantileEffect,
  quantileOfBins,
  stratifiedEffect,
  testEffect,
  type ArmSums,
  type Comparison,
  type ComparisonMethod,
  type CompareOptions,
  type Estimate,
  type MetricType,
  type QuantileEstimate,
} from '@picly/statistics';
import type { SumRow } from '../results.queries';
import type { Evidence } from './evidence';
import { armSums, pooled, strataOf, unitsIn, type Stratum } from './strata';

/** How the statistics library calls a metric's type; a quantile has no sums. */
function sumsType({ type }: MetricDefinition): MetricType | undefined {
  switch (type) {
    case 'proportion':
    case 'retention':
      return 'proportion';
    case 'mean':
    case 'ratio':
      return type;
    case 'quantile':
      return undefined;
  }
}

/** What the units did before they were exposed, as if that were the metric. */
const before = ({ n, preSum = 0, preSumSquares = 0 }: ArmSums): ArmSums => ({ n, sum: preSum, sumSquares: preSumSquares });

interface Wanted {
  readonly method: ComparisonMethod;
  readonly effect?: 'relative' | 'absolute';
  readonly cuped?: boolean;
}

/** Compares the arms of one metric with the control, in every way asked for. */
export class MetricComparer {
  readonly strata: readonly Stratum[];
  private readonly control: string;

  constructor(
    private readonly evidence: Evidence,
    readonly metric: MetricDefinition,
  ) {
    this.strata = strataOf(evidence.totals, metric.key, evidence.phases);
    this.control = evidence.definition.arms[0]?.key ?? '';
  }

  compare(arm: string, wanted: Wanted): Comparison {
    const options = this.optionsOf(wanted);
    const type = sumsType(this.metric);
    if (type === undefined) return testEffect(this.quantiles(arm, options), options);
    return this.compareSums(type, arm, { options, of: (sums) => sums });
  }

  /** The absolute difference also where an arm never varies, such as no failure at all: for harm, which must not go unseen for that. */
  compareConstants(arm: string, method: ComparisonMethod): Comparison {
    const type = sumsType(this.metric);
    if (type === undefined) return noComparison('quantile_not_resolved', method);
    const both = [pooled(this.strata, this.control), pooled(this.strata, arm)] as const;
    return testEffect(drawnTogether(type, ...both), this.optionsOf({ method, effect: 'absolute' }));
  }

  /** What the arms were like before anybody was exposed: a difference there is no effect of the experiment. */
  compareHistory(arm: string): Comparison {
    return this.compareSums('mean', arm, { options: this.optionsOf({ method: 'always_valid', effect: 'absolute' }), of: before });
  }

  /**
   * The whole by the strata of these parts: each compared within itself and weighed by its size, so that a mix of units that came out
   * uneven between the arms does no harm. Undefined for what has no sums.
   */
  comparePostStratified(arm: string, parts: readonly (readonly SumRow[])[]): Comparison | undefined {
    const options = this.optionsOf({ method: 'always_valid' });
    const type = sumsType(this.metric);
    if (type === undefined) return undefined;
    const strata = parts.flatMap((rows) => strataOf(rows, this.metric.key, this.evidence.phases)).map((stratum) => this.pair(stratum, arm));
    return testEffect(this.isStratified ? allocationEffect(type, strata, options) : stratifiedEffect(type, strata, options), options);
  }

  private optionsOf({ method, effect = 'relative', cuped = false }: Wanted): CompareOptions {
    const { alpha, planned_sample: planned } = this.evidence.definition;
    return { method, effect, cuped, alpha, direction: this.metric.direction, tuningN: planned ?? DEFAULT_TUNING_N, sided: 'two' };
  }

  private compareSums(
    type: MetricType,
    arm: string,
    { options, of }: { readonly options: CompareOptions; readonly of: (sums: ArmSums) => ArmSums },
  ): Comparison {
    const [first, ...others] = this.strata.map((stratum) => this.pair(stratum, arm));
    if (!first) return noComparison('too_few_units', options.method);
    if (others.length === 0) return compare(type, of(first.control), of(first.arm), options);
    const strata = [first, ...others].map(({ control, arm: treated, units }) => ({ control: of(control), arm: of(treated), units }));
    return testEffect(allocationEffect(type, strata, options), options);
  }

  private pair(stratum: Stratum, arm: string): { readonly control: ArmSums; readonly arm: ArmSums; readonly units: number } {
    return { control: armSums(stratum, this.control), arm: armSums(stratum, arm), units: unitsIn(stratum) };
  }

  /** Whether units of different weights had to be weighed again. */
  get isStratified(): boolean {
    return this.strata.length > 1;
  }

  /** Whether the units' own history can take variance away. */
  get hasHistory(): boolean {
    return this.metric.pre_period_hours > 0 && sumsType(this.metric) !== undefined;
  }

  units(arm: string): number {
    return pooled(this.strata, arm).n;
  }

  /** Mean, share, ratio or quantile of an arm, its units pooled; null without any. */
  level(arm: string): number | null {
    const sums = pooled(this.strata, arm);
    if (this.metric.type === 'quantile') return this.quantile(arm)?.value ?? null;
    const under = this.metric.type === 'ratio' ? (sums.denominatorSum ?? 0) : sums.n;
    return under === 0 ? null : sums.sum / under;
  }

  /** Of single events; those of one unit are alike, and all together count for no more than the units there are. */
  private quantile(arm: string): QuantileEstimate | null {
    const bins = this.evidence.bins.filter((row) => row.metric === this.metric.key && row.arm === arm);
    const events = bins.reduce((sum, { count }) => sum + count, 0);
    const { alpha } = this.evidence.definition;
    return quantileOfBins(bins, this.metric.quantile ?? 0.5, { alpha, designEffect: events / Math.max(1, this.units(arm)) });
  }

  private quantiles(arm: string, { effect }: CompareOptions): Estimate {
    const n = [this.units(this.control), this.units(arm)] as const;
    return { ...quantileEffect(this.quantile(this.control), this.quantile(arm), effect), n, df: Math.max(1, n[0] + n[1] - 2) };
  }
}
