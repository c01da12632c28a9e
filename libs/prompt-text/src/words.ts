const ASCII_WORDS = /[a-z0-9]+/g;
const ASCII = /^[ -~]*$/;
const WORD = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]+|[\p{L}\p{N}][\p{L}\p{N}\p{M}]*|\p{Extended_Pictographic}/gu;
const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const APOSTROPHE_IN_WORD = /(?<=\p{L})'(?=\p{L})/gu;

/** Chinese and Japanese are written without spaces: every two neighbours are a word, as search engines do it. */
function bigrams(run: string): string[] {
  const characters = [...run];
  if (characters.length < 2) return characters;
  return characters.slice(1).map((character, index) => `${characters[index] ?? ''}${character}`);
}

/** The words of a normalised text, in order, repeated ones repeated: runs of letters and digits of any script, and emoji. */
export function wordsOf(normalized: string): string[] {
  const text = normalized.includes("'") ? normalized.replace(APOSTROPHE_IN_WORD, '') : normalized;
  if (ASCII.test(text)) return text.match(ASCII_WORDS) ?? [];
  const words: string[] = [];
  for (const [run] of text.matchAll(WORD)) {
    if (UNSPACED.test(run)) words.push(...bigrams(run));
    else words.push(run);
  }
  return words;
}
