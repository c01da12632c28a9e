import fc from 'fast-check';
import { formsOf, stemOf } from './stem';

describe('the stem of a term', () => {
  it.each([
    ['cat', 'cats'],
    ['fox', 'foxes'],
    ['dish', 'dishes'],
    ['witch', 'witches'],
    ['city', 'cities'],
    ['sky', 'skies'],
    ['movie', 'movies'],
    ['zombie', 'zombies'],
    ['toy', 'toys'],
    ['hero', 'heroes'],
    ['shoe', 'shoes'],
    ['horse', 'horses'],
    ['house', 'houses'],
    ['mountain', 'mountains'],
    ['woman', 'women'],
    ['wolf', 'wolves'],
    ['glass', 'glasses'],
  ])('is the same for %s and %s, and each is a form of the other', (singular, plural) => {
    expect(stemOf(singular)).toBe(stemOf(plural));
    expect(formsOf(singular)).toContain(plural);
    expect(formsOf(plural)).toContain(singular);
  });

  it.each([
    ['cat', 'cattle'],
    ['glass', 'gla'],
    ['bus', 'bu'],
    ['cactus', 'cactu'],
    ['universe', 'university'],
    ['car', 'care'],
    ['pin', 'pine'],
    ['his', 'hi'],
  ])('tells %s and %s apart', (one, other) => expect(stemOf(one)).not.toBe(stemOf(other)));

  it('leaves everything alone that is no English word', () => {
    for (const term of ['oil_painting', '8k', 'ls', 'straßen', '城市', '🦊s', '']) expect(stemOf(term)).toBe(term);
  });

  it('is shared by all forms of a term, which is the first of them', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,9}(s|es|ies|ie|y|oe|o)?$/), (term) => {
        const forms = formsOf(term);
        expect(forms[0]).toBe(term);
        expect(new Set(forms.map(stemOf))).toEqual(new Set([stemOf(term)]));
      }),
    );
  });
});
