import type { ExperimentDefinition, Phase } from '@picly/experiments';
import type { BinRow, SumRow } from '../results.queries';

/** What an analysis is made of, wherever the sums come from. */
export interface Evidence {
  readonly definition: ExperimentDefinition;
  readonly phases: readonly Phase[];
  readonly totals: readonly SumRow[];
  readonly bins: readonly BinRow[];
  /** What a unit counts for at most now, by metric, where that is a percentile of the units. */
  readonly caps: ReadonlyMap<string, number>;
  /** From the first exposure to the moment of the figures or the end. */
  readonly runHours: number;
  /** Nobody is enrolled any more, or the planned sample is reached. */
  readonly isOver: boolean;
  /** What is decided by: figures that may be looked at at any time, or, of a test that ended at its planned sample, the fixed-horizon ones. */
  readonly method: 'always_valid' | 'fixed';
}
