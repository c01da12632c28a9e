/** Which set an example belongs to. */
export const SPLITS = ['train', 'validation'] as const;
export type Split = (typeof SPLITS)[number];

const FIFTHS = 5;

/**
 * The set of a prompt, drawn by its hash: a fifth of the prompts validate. Depends on nothing else, so that equal prompts are
 * never separated and an example never changes sides.
 */
export function splitOf(promptHash: string): Split {
  return Number.parseInt(promptHash.slice(0, 8), 16) % FIFTHS === 0 ? 'validation' : 'train';
}
