/**
 * Share `total` among partitions that have `available` records each: nobody gets more than it has, what one does not
 * need goes to the others, and the rest is shared evenly.
 */
export function allocate(available: readonly number[], total: number): number[] {
  const shares = new Array<number>(available.length).fill(0);
  const byNeed = available.map((need, index) => ({ need, index })).sort((a, b) => a.need - b.need || a.index - b.index);
  let left = total;
  byNeed.forEach(({ need, index }, done) => {
    const share = Math.min(need, Math.floor(left / (byNeed.length - done)));
    shares[index] = share;
    left -= share;
  });
  return shares;
}
