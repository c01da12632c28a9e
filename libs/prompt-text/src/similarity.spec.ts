import fc from 'fast-check';
import { similarity, type TermStatistics } from './similarity';
import { termsOf } from './terms';

/** Document frequencies of a corpus, counted the plain way. */
function statisticsOf(corpus: readonly string[]): TermStatistics {
  const frequencies = new Map<string, number>();
  for (const term of corpus.flatMap(termsOf)) frequencies.set(term, (frequencies.get(term) ?? 0) + 1);
  return { prompts: corpus.length, frequencyOf: (term) => frequencies.get(term) ?? 0 };
}

const TINY = ['a castle on a hill, highly detailed, artstation', 'a bowl of ramen, highly detailed, artstation'];
const between = (a: string, b: string, corpus: readonly string[] = TINY): number =>
  similarity(termsOf(a), termsOf(b), statisticsOf(corpus));

describe('the similarity of prompts', () => {
  it.each([1, 2, 3, 50])('does not come from shared boilerplate, with %d prompts known', (size) => {
    const corpus = Array.from({ length: size }, (_, i) => TINY[i] ?? `thing${i}, highly detailed, artstation`);
    expect(between('a castle on a hill, highly detailed, artstation', 'a bowl of ramen, highly detailed, artstation', corpus)).toBeLessThan(
      0.05,
    );
  });

  it.each([2, 50])('does not come from the artists that both name, with %d prompts known', (size) => {
    const artists = 'concept art by greg rutkowski, artgerm and alphonse mucha';
    const corpus = Array.from({ length: size }, (_, i) => `thing${i}, ${artists}`);
    expect(between(`a cyborg woman, ${artists}`, `an old king with a crown, ${artists}`, corpus)).toBeLessThan(0.1);
    expect(between(`a cyborg woman, ${artists}`, 'a woman, half cyborg', corpus)).toBeGreaterThan(0.6);
  });

  it('is not lessened by boilerplate that only one of them has', () => {
    expect(between('a castle on a hill', 'castle on a hill, 8k, trending on artstation')).toBeGreaterThan(0.9);
  });

  it('of prompts of nothing but boilerplate is 0', () => {
    expect(between('highly detailed, artstation, 8k', 'artstation, 8k')).toBe(0);
  });

  it('comes from subjects rather than from styles', () => {
    expect(between('a castle, oil painting', 'a castle, watercolor')).toBeGreaterThan(
      between('a castle, oil painting', 'a fox, oil painting') * 3,
    );
  });

  it('does not tell singular and plural apart', () => {
    expect(between('two wolves and a castle', 'a wolf, castles')).toBeGreaterThan(0.7);
    expect(between('cats in cities', 'a cat in a city')).toBeCloseTo(between('a cat in a city', 'cats in cities'), 12);
  });

  it('counts a rare word for more than a common one', () => {
    const corpus = ['red fox', 'red barn', 'red car', 'red wine', 'blue fox'];
    expect(between('red fox', 'blue fox', corpus)).toBeGreaterThan(between('red fox', 'red barn', corpus));
  });

  it('is symmetric and within 0..0.99', () => {
    const prompts = fc
      .array(fc.constantFrom('a', 'castle', 'fox', '8k', 'oil painting', 'hill', 'artstation'), { maxLength: 6 })
      .map((words) => words.join(' '));
    fc.assert(
      fc.property(prompts, prompts, (a, b) => {
        expect(between(a, b)).toBeCloseTo(between(b, a), 12);
        expect(between(a, b)).toBeGreaterThanOrEqual(0);
        expect(between(a, b)).toBeLessThanOrEqual(0.99);
      }),
    );
  });
});
