import { stemOf } from './stem';
import { termClassOf, type TermClass } from './terms';

/** How often terms occur in the prompts known: what makes a rare word worth more than a common one. */
export interface TermStatistics {
  /** Prompts known, all in all. */
  readonly prompts: number;
  /** Prompts that contain the term; 0 for an unknown one. */
  frequencyOf(term: string): number;
}

/** What is shared only counts as far as it says something about the picture. */
const CLASS_FACTOR: Readonly<Record<TermClass, number>> = { subject: 1, style: 0.3, stop: 0.05, boilerplate: 0 };

/** Only the same normalised prompt is 1; other prompts with the very same terms stay just below. */
export const MOST_SIMILAR_OTHER = 0.99;

/**
 * The weight of a term, >= 0: inverse document frequency ln(1 + (N + 1) / (f + 1)), positive in a corpus of any size, times the
 * factor of its class (Salton and Buckley, Term-weighting approaches, 1988; + 1 keeps tiny corpora sane).
 */
export function termWeight(term: string, statistics: TermStatistics): number {
  const factor = CLASS_FACTOR[termClassOf(term)];
  return factor === 0
    ? 0
    : factor * Math.log(1 + (statistics.prompts + 1) / (Math.min(statistics.frequencyOf(term), statistics.prompts) + 1));
}

const squares = (weights: readonly number[]): number => weights.reduce((sum, weight) => sum + weight * weight, 0);

/**
 * Cosine of two sets of distinct terms under `termWeight`, 0..0.99; singular and plural are one term, and weigh what the first set
 * says. Each norm counts at least like one common subject word, so that prompts of little but style and stop words are never alike;
 * boilerplate counts nothing.
 */
export function similarity(a: readonly string[], b: readonly string[], statistics: TermStatistics): number {
  const weights = new Map(a.map((term) => [stemOf(term), termWeight(term, statistics)] as const));
  const others = new Map(b.map((term) => [stemOf(term), weights.get(stemOf(term)) ?? termWeight(term, statistics)] as const));
  const shared = squares([...others].flatMap(([stem, weight]) => (weights.has(stem) ? [weight] : [])));
  const floor = Math.log(2) ** 2;
  const normA = Math.max(squares([...weights.values()]), floor);
  const normB = Math.max(squares([...others.values()]), floor);
  return Math.min(shared / Math.sqrt(normA * normB), MOST_SIMILAR_OTHER);
}
