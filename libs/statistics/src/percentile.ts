/**
 * The `fraction` percentile of ascending values by linear interpolation between the two closest ranks, as `percentile_cont`
 * of Postgres does it: position fraction * (n - 1). Null without values.
 */
export function percentileCont(sorted: readonly number[], fraction: number): number | null {
  const position = Math.min(Math.max(fraction, 0), 1) * (sorted.length - 1);
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined) return null;
  return below + (above - below) * (position - Math.floor(position));
}
