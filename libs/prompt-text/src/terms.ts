import { ARTIST_NAMES } from './artists';
import { STOP_WORDS } from './keywords';
import { normalizePrompt } from './normalize';
import { joinPhrases, phraseKindOf } from './phrases';
import { wordsOf } from './words';

/** Most terms kept of one prompt, and most code units of one term: longer ones tell no more and would not fit an index. */
const MAX_TERMS = 256;
const MAX_TERM_LENGTH = 64;

/** What a term says about the picture: its subject, its look, a habit of wording, or nothing. */
export type TermClass = 'subject' | 'style' | 'boilerplate' | 'stop';

const STOPS = new Set(STOP_WORDS);
const ARTISTS = new Set(ARTIST_NAMES);

export function termClassOf(term: string): TermClass {
  const kind = phraseKindOf(term);
  if (kind === 'style' || ARTISTS.has(term)) return 'style';
  if (kind !== undefined) return 'boilerplate';
  return STOPS.has(term) ? 'stop' : 'subject';
}

/** The distinct terms of a prompt in order of appearance: words of any script, CJK bigrams, listed phrases joined by `_`. */
export function termsOf(prompt: string): string[] {
  const words = wordsOf(normalizePrompt(prompt)).map((word) =>
    word.length > MAX_TERM_LENGTH ? word.slice(0, MAX_TERM_LENGTH).toWellFormed() : word,
  );
  return [...new Set(joinPhrases(words))].slice(0, MAX_TERMS);
}
