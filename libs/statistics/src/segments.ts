import type { Comparison } from './compare';

export interface SegmentComparison {
  readonly segment: string;
  readonly comparison: Comparison;
}

/** From more comparisons than this on, one that shows something by chance is worth a warning. */
export const MANY_SEGMENTS = 5;

export interface SegmentCheck {
  /** Every segment that says anything points the other way than the whole: Simpson's paradox. */
  readonly reversed: boolean;
  /** Segments that show an effect against the direction of the whole, after Holm's correction over all segments. */
  readonly contradicting: readonly string[];
  /** So many were looked at that one may show an effect by chance. */
  readonly manyLookedAt: boolean;
}

/**
 * Whether segments contradict the whole (E. H. Simpson, JRSS B 13, 1951). `pAdjusted` are the p-values of the segments, in order,
 * corrected for their number; `lookedAt` how many comparisons there are in all, those of other dimensions too.
 */
export function checkSegments(
  whole: Comparison,
  segments: readonly SegmentComparison[],
  options: { readonly pAdjusted: readonly number[]; readonly alpha: number; readonly lookedAt?: number },
): SegmentCheck {
  const opposes = ({ comparison }: SegmentComparison): boolean => comparison.reason === null && comparison.effect * whole.effect < 0;
  const speaking = segments.filter(({ comparison }) => comparison.reason === null);
  return {
    reversed: whole.reason === null && speaking.length > 1 && speaking.every(opposes),
    contradicting: segments
      .filter((segment, at) => opposes(segment) && (options.pAdjusted[at] ?? 1) <= options.alpha)
      .map(({ segment }) => segment),
    manyLookedAt: (options.lookedAt ?? segments.length) > MANY_SEGMENTS,
  };
}
