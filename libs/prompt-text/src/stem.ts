import { termClassOf } from './terms';

const SHORTEST = 3;
const REGULAR = /^[a-z]+$/;

/** English plurals that no rule makes. */
const IRREGULAR: ReadonlyMap<string, string> = new Map([
  ['children', 'child'],
  ['elves', 'elf'],
  ['feet', 'foot'],
  ['geese', 'goose'],
  ['halves', 'half'],
  ['knives', 'knife'],
  ['leaves', 'leaf'],
  ['lives', 'life'],
  ['men', 'man'],
  ['mice', 'mouse'],
  ['scarves', 'scarf'],
  ['shelves', 'shelf'],
  ['teeth', 'tooth'],
  ['wives', 'wife'],
  ['wolves', 'wolf'],
  ['women', 'woman'],
]);
const IRREGULAR_PLURALS: ReadonlyMap<string, string> = new Map([...IRREGULAR].map(([plural, singular]) => [singular, plural]));

function withoutPlural(word: string): string {
  if (word.length <= SHORTEST || /(?:ss|us|is)$/.test(word) || !word.endsWith('s')) return word;
  if (word.length > SHORTEST + 1 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  return /(?:x|ch|sh|ss|zz)es$/.test(word) ? word.slice(0, -2) : word.slice(0, -1);
}

/**
 * What singular and plural of an English word have in common ("cats" and "cat", "cities" and "city", "movies" and "movie"); every
 * other term as it is. Light on purpose: a stemmer that knows more also makes "universe" and "university" one.
 */
export function stemOf(term: string): string {
  if (term.length < SHORTEST || !REGULAR.test(term) || termClassOf(term) === 'stop') return term;
  const singular = IRREGULAR.get(term) ?? withoutPlural(term);
  return singular.replace(/(?<=[a-z]{2})(?:ie|(?<=[^aeiou])y)$/, 'i').replace(/oe$/, 'o');
}

/** The terms that may have the same stem, the term itself first: what an index of terms has to be asked for. */
export function formsOf(term: string): readonly string[] {
  const stem = stemOf(term);
  const bases = [stem, stem.replace(/i$/, 'y'), stem.replace(/i$/, 'ie'), stem.replace(/o$/, 'oe')];
  const forms = bases.flatMap((base) => [base, `${base}s`, `${base}es`, IRREGULAR_PLURALS.get(base) ?? base]);
  return [...new Set([term, ...forms])].filter((form) => form === term || stemOf(form) === stem);
}
