/** Characters that take no room and carry no meaning: soft hyphen, zero-width space, word joiner, byte order mark. */
const INVISIBLE = /[\u00ad\u200b\u2060\ufeff]/g;
const SPACES = /[\s\p{Cc}]+/gu;

const FOLDS: readonly (readonly [RegExp, string])[] = [
  [/[‘’‚‛′`´]/g, "'"],
  [/[“”„‟″«»]/g, '"'],
  [/[‐‑‒–—―−]/g, '-'],
  [/[、،]/g, ','],
  [/[。]/g, '.'],
  [/([,.;:!?])\1+/g, '$1'],
  [/\s+([,.;!?])/g, '$1'],
  // "1,000" and "2.5" stay whole; "cat,dog" becomes "cat, dog".
  [/([,;])(?=[^\s\d])/g, '$1 '],
];

const EDGE_PUNCTUATION = /^[\s,.;:!?]+|[\s,.;:!?]+$/g;
/** Lower-case ASCII in which no rule above finds anything to do: most prompts, recognised in one look. */
const UNSETTLED = /[^ -@[-_a-~]| {2}|([,.;:!?])\1| [,.;!?]|[,;][^ \d]|^[ ,.;:!?]|[ ,.;:!?]$/;

function pass(text: string): string {
  const spaced = text.normalize('NFKC').toLowerCase().normalize('NFKC').replace(INVISIBLE, '').replace(SPACES, ' ').trim();
  const folded = FOLDS.reduce((current, [pattern, replacement]) => current.replace(pattern, replacement), spaced);
  // A prompt of nothing but punctuation keeps it, so that "!!!" and "" stay two prompts.
  return folded.replace(EDGE_PUNCTUATION, '') || folded.trim();
}

/**
 * The form in which two prompts count as the same: Unicode compatibility form (NFKC), lower case, white space collapsed,
 * quotes, dashes and repeated or outer punctuation folded. An empty or white prompt becomes ''. Normalising twice changes nothing.
 */
export function normalizePrompt(prompt: string): string {
  let current = prompt.toLowerCase();
  // Folding can bring characters together that fold again.
  while (UNSETTLED.test(current)) {
    const next = pass(current);
    if (next === current) return current;
    current = next;
  }
  return current;
}
