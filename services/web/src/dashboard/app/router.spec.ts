import fc from 'fast-check';
import { addressOf, placeOf } from './router';

describe('places and addresses', () => {
  it('the root is the page without a name', () => {
    expect(placeOf('/analytics').parts).toEqual([]);
    expect(placeOf('/analytics/').parts).toEqual([]);
  });

  it('whatever an experiment or an engine is called, its address leads to it', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, unit: 'grapheme' }), { maxLength: 3 }), (parts) => {
        // Dot segments are paths, not names, in every browser.
        fc.pre(parts.every((part) => !/^\.{1,2}$/.test(part)));
        expect(placeOf(addressOf(parts, new URLSearchParams({ q: 'a b' })))).toMatchObject({ parts });
      }),
    );
  });

  it('an address that is not well encoded is taken as it is', () => {
    expect(placeOf('/analytics/prompts/%E0%A4%A').parts).toEqual(['prompts', '%E0%A4%A']);
  });
});
