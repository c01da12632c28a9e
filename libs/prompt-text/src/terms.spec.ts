import fc from 'fast-check';
import { termClassOf, termsOf } from './terms';
import { wordsOf } from './words';

describe('the terms of a prompt', () => {
  it('are its distinct words in order', () => {
    expect(termsOf('A red fox, a red barn')).toEqual(['a', 'red', 'fox', 'barn']);
  });

  it('join listed phrases, the longest first, and only those', () => {
    expect(termsOf('steam engine, unreal engine 5, trending on artstation')).toEqual([
      'steam',
      'engine',
      'unreal_engine_5',
      'trending_on_artstation',
    ]);
  });

  it('are words of any script, Chinese and Japanese in pairs of characters', () => {
    expect(termsOf('Ёлка, naïve café 红色的狐狸 猫 हिन्दी')).toEqual([
      'ёлка',
      'naïve',
      'café',
      '红色',
      '色的',
      '的狐',
      '狐狸',
      '猫',
      'हिन्दी',
    ]);
  });

  it('keep an apostrophe word whole and emoji as words', () => {
    expect(termsOf("don't 🦊🦊")).toEqual(['dont', '🦊']);
  });

  it('of an empty prompt are none', () => {
    expect(termsOf('')).toEqual([]);
    expect(termsOf('!?')).toEqual([]);
  });

  it('are distinct, well formed and bounded, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
        const terms = termsOf(text);
        expect(new Set(terms).size).toBe(terms.length);
        expect(terms.length).toBeLessThanOrEqual(256);
        for (const term of terms) expect(term.isWellFormed() && term.length > 0).toBe(true);
      }),
    );
  });

  it('never make a word look like a joined phrase', () => {
    expect(wordsOf('unreal_engine')).toEqual(['unreal', 'engine']);
  });
});

describe('the class of a term', () => {
  it.each([
    ['fox', 'subject'],
    ['oil_painting', 'style'],
    ['highly_detailed', 'boilerplate'],
    ['artstation', 'boilerplate'],
    ['the', 'stop'],
  ])('%s is %s', (term, expected) => {
    expect(termClassOf(term)).toBe(expected);
  });
});
