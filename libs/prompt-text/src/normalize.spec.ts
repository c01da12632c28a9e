import fc from 'fast-check';
import { promptHash } from './hash';
import { normalizePrompt } from './normalize';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(...' ,.;:!?aB1“”’–…、。　ﬁ\u200b\n'), maxLength: 30 }),
);

describe('the normalised prompt', () => {
  it.each([
    ['A Cat', 'a cat', 'case'],
    ['  a\t cat\n', 'a cat', 'white space'],
    ['ａ ｃａｔ', 'a cat', 'full-width letters'],
    ['a ﬁne cat', 'a fine cat', 'ligatures'],
    ['“a cat” – ‘big’', '"a cat" - \'big\'', 'quotes and dashes'],
    ['a cat...', 'a cat', 'punctuation at the end'],
    ['a cat!!! Really', 'a cat! really', 'repeated punctuation'],
    ['a cat ,a dog', 'a cat, a dog', 'spaces around a comma'],
    ['a\u200b c\u00adat', 'a cat', 'invisible characters'],
    ['A CAFE\u0301', 'a café', 'composed accents'],
  ])('of %j is %j: folds %s', (prompt, expected) => {
    expect(normalizePrompt(prompt)).toBe(expected);
  });

  it.each(['a cat --ar 16:9', '(cat:1.2)', '1,000 cats', 'f/2.8 lens', '[cat|dog]'])(
    'leaves parameters of generators alone: %j',
    (prompt) => {
      expect(normalizePrompt(prompt)).toBe(prompt);
    },
  );

  it('of an empty or white prompt is empty', () => {
    expect(['', ' ', '\n\t', '\u3000', '\u200b'].map(normalizePrompt)).toEqual(['', '', '', '', '']);
  });

  it('of punctuation alone is not empty', () => {
    expect([normalizePrompt('!!!'), normalizePrompt('...'), normalizePrompt(' ? ')]).toEqual(['!', '.', '?']);
  });

  it('stays the same when normalised again', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = normalizePrompt(text);
        expect(normalizePrompt(once)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });

  it('has a hash of 32 hexadecimal digits that only depends on it', () => {
    // Oracle: printf 'a cat' | sha256sum
    expect(promptHash(' A  cat. ')).toBe('51e467415607798220a3776f6ae1a2a0');
    fc.assert(
      fc.property(anyText, (text) => {
        expect(promptHash(text)).toMatch(/^[0-9a-f]{32}$/);
        expect(promptHash(normalizePrompt(text))).toBe(promptHash(text));
      }),
    );
  });
});
