import { normalizePrompt } from './normalize';
import { joinPhrases, phraseKindOf } from './phrases';
import { wordsOf } from './words';

/** The features of a prompt that a model may learn from. */
export interface PromptFeatures {
  /** Code points of the prompt as typed. */
  readonly promptLength: number;
  /** Words separated by white space. */
  readonly wordCount: number;
  /** Punctuation characters as typed. */
  readonly punctuationCount: number;
  /** Listed style phrases found, distinct, in order of appearance. */
  readonly styleKeywords: readonly string[];
  /** Listed quality phrases found, distinct, in order of appearance. */
  readonly qualityKeywords: readonly string[];
}

const countOf = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** The features of a prompt; all zero and empty for ''. */
export function promptFeatures(prompt: string): PromptFeatures {
  const terms = [...new Set(joinPhrases(wordsOf(normalizePrompt(prompt))))];
  const ofKind = (kind: 'style' | 'quality'): string[] =>
    terms.filter((term) => phraseKindOf(term) === kind).map((term) => term.replaceAll('_', ' '));
  return {
    promptLength: countOf(prompt, /[^]/gu),
    wordCount: countOf(prompt, /\S+/gu),
    punctuationCount: countOf(prompt, /\p{P}/gu),
    styleKeywords: ofKind('style'),
    qualityKeywords: ofKind('quality'),
  };
}
