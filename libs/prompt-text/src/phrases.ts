import { BOILERPLATE_KEYWORDS, QUALITY_KEYWORDS, STYLE_KEYWORDS } from './keywords';

/** What kind of listed phrase a term is. */
export type PhraseKind = 'style' | 'quality' | 'boilerplate';

const JOINT = '_';

function kindsByTerm(): ReadonlyMap<string, PhraseKind> {
  const lists: readonly (readonly [PhraseKind, readonly string[]])[] = [
    ['style', STYLE_KEYWORDS],
    ['quality', QUALITY_KEYWORDS],
    ['boilerplate', BOILERPLATE_KEYWORDS],
  ];
  return new Map(lists.flatMap(([kind, phrases]) => phrases.map((phrase) => [phrase.replaceAll(' ', JOINT), kind] as const)));
}

const KINDS = kindsByTerm();
const LONGEST = Math.max(...[...KINDS.keys()].map((term) => term.split(JOINT).length));
const FIRST_WORDS = new Set([...KINDS.keys()].map((term) => term.split(JOINT)[0] ?? term));

/** The kind of a listed term; undefined for every other word. */
export function phraseKindOf(term: string): PhraseKind | undefined {
  return KINDS.get(term);
}

function longestPhraseAt(words: readonly string[], start: number): { readonly term: string; readonly length: number } | undefined {
  for (let length = Math.min(LONGEST, words.length - start); length >= 1; length--) {
    const term = length === 1 ? (words[start] ?? '') : words.slice(start, start + length).join(JOINT);
    if (KINDS.has(term)) return { term, length };
  }
  return undefined;
}

/**
 * Words with listed phrases joined to one term, the longest first: "steam engine" stays two words, "unreal engine" becomes
 * `unreal_engine`. No word contains an underscore, so a joined term is never mistaken for a word.
 */
export function joinPhrases(words: readonly string[]): string[] {
  const terms: string[] = [];
  for (let at = 0; at < words.length;) {
    const word = words[at] ?? '';
    const phrase = FIRST_WORDS.has(word) ? longestPhraseAt(words, at) : undefined;
    terms.push(phrase?.term ?? word);
    at += phrase?.length ?? 1;
  }
  return terms;
}

/** The joined phrases in which a word stands, whole or (while it is being typed) with these first letters. */
export function phraseTermsWith(word: string, unfinished: boolean): string[] {
  const fits = (part: string): boolean => (unfinished ? part.startsWith(word) : part === word);
  return [...KINDS.keys()].filter((term) => term.includes(JOINT) && term.split(JOINT).some(fits));
}
