import type { MetricDefinition } from '@picly/experiments';
import {
  compare,
  DEFAULT_TUNING_N,
  noComparison,
  testEffect,
  type Comparison,
  type ComparisonMethod,
  type CompareOptions,
  type MetricType,
} from '@picly/statistics';
import type { Evidence } from './evidence';
import { estimateQuantiles, type QuantileArm } from './quantile';
import { pooled, strataOf, type Stratum } from './strata';
import { compareStratified } from './stratified';

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

  compare(
    arm: string,
    wanted: { readonly method: ComparisonMethod; readonly effect?: 'relative' | 'absolute'; readonly cuped?: boolean },
  ): Comparison {
    const { definition } = this.evidence;
    const options: CompareOptions = {
      method: wanted.method,
      effect: wanted.effect ?? 'relative',
      direction: this.metric.direction,
      alpha: definition.alpha,
      tuningN: definition.planned_sample ?? DEFAULT_TUNING_N,
      sided: 'two',
      cuped: wanted.cuped ?? false,
    };
    const type = sumsType(this.metric);
    if (type === undefined) return this.compareQuantile(arm, options);
    if (this.strata.length === 0) return noComparison('too_few_units', wanted.method);
    if (this.strata.length > 1) return compareStratified(type, this.strata, [this.control, arm], options);
    return compare(type, pooled(this.strata, this.control), pooled(this.strata, arm), options);
  }

  /** Whether units of different weights had to be weighed again. */
  get isStratified(): boolean {
    return this.strata.length > 1;
  }

  /** Whether the units' own history can take variance away. */
  get hasHistory(): boolean {
    return this.metric.pre_period_hours > 0 && !this.isStratified && sumsType(this.metric) !== undefined;
  }

  units(arm: string): number {
    return pooled(this.strata, arm).n;
  }

  /** Mean, share, ratio or quantile of an arm, its units pooled; null without any. */
  level(arm: string): number | null {
    const sums = pooled(this.strata, arm);
    if (this.metric.type === 'quantile') return this.compareQuantileLevel(arm);
    const under = this.metric.type === 'ratio' ? (sums.denominatorSum ?? 0) : sums.n;
    return under === 0 ? null : sums.sum / under;
  }

  private quantileArm(arm: string): QuantileArm {
    const bins = this.evidence.bins.filter((row) => row.metric === this.metric.key && row.arm === arm);
    return { bins, units: this.units(arm) };
  }

  private compareQuantileLevel(arm: string): number | null {
    const { means } = estimateQuantiles(this.metric.quantile ?? 0.5, this.quantileArm(arm), this.quantileArm(arm), 'absolute');
    return this.units(arm) === 0 ? null : means[0];
  }

  private compareQuantile(arm: string, options: CompareOptions): Comparison {
    const { quantile } = this.metric;
    return testEffect(estimateQuantiles(quantile ?? 0.5, this.quantileArm(this.control), this.quantileArm(arm), options.effect), options);
  }
}
