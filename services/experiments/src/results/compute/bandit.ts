import { banditWeights, type MetricType } from '@picly/statistics';
import type { Evidence } from './evidence';
import type { Compared } from './metric-results';
import { pooled } from './strata';

export interface BanditResult {
  /** The weights the next phase should have, by arm. */
  readonly weights: Readonly<Record<string, number>>;
  /** Chance that an arm is the best of all, by arm. */
  readonly chances_of_best: Readonly<Record<string, number>>;
  readonly floor: number;
  readonly reason: string | null;
  readonly method: string;
}

const METHOD = 'top-two Thompson sampling with a floor, by quadrature; estimates are post-stratified by the phases of different weights';

/** The next weights of a bandit; null in a test. */
export function banditOf({ definition }: Evidence, primary: Compared | undefined): BanditResult | null {
  const { mode, bandit_floor: floor, arms } = definition;
  if (mode !== 'bandit' || !primary || floor === null) return null;
  const { type } = primary.metric;
  const sumsType: MetricType | undefined = type === 'quantile' ? undefined : type === 'retention' ? 'proportion' : type;
  const byArm = (values: readonly number[]): Record<string, number> => Object.fromEntries(arms.map(({ key }, n) => [key, values[n] ?? 0]));
  const equal = arms.map(() => 1 / arms.length);
  if (sumsType === undefined) {
    return { weights: byArm(equal), chances_of_best: byArm(equal), floor, reason: 'a quantile has no bandit', method: METHOD };
  }
  const sums = arms.map(({ key }) => pooled(primary.comparer.strata, key));
  const { weights, chances, reason } = banditWeights(sumsType, sums, { direction: primary.metric.direction, floor });
  return { weights: byArm(weights), chances_of_best: byArm(chances), floor, reason, method: METHOD };
}
