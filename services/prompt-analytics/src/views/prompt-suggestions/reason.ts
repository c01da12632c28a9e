import type { PromptCounters } from '../../figures/prompt-figures';

const plural = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

/** Why a prompt is worth trying: one true sentence made of its counters. */
export function reasonFor(counters: PromptCounters, engine?: string): string {
  const { r1, r2, r3, r4, r5, generations, downloaded } = counters;
  const count = r1 + r2 + r3 + r4 + r5;
  const mean = (r1 + 2 * r2 + 3 * r3 + 4 * r4 + 5 * r5) / count;
  const rated = `${r4 + r5} of ${plural(count, 'rating', 'ratings')} gave it 4 or 5 stars (average ${mean.toFixed(2)})`;
  const where = engine === undefined ? '' : ` on ${engine}`;
  if (downloaded === 0) return `${rated}${where}.`;
  return `${rated}${where}, and ${downloaded} of its ${plural(generations, 'picture', 'pictures')} ${downloaded === 1 ? 'was' : 'were'} downloaded.`;
}
