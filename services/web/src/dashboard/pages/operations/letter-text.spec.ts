import { eventIn, textToEdit } from './letter-text';
import type { OpenLetter } from './rows';

const letter = (some: Partial<OpenLetter>): OpenLetter =>
  ({ content: null, original: { text: '{"rating":', base64: '' }, ...some }) as OpenLetter;

describe('the text of a dead letter', () => {
  it('begins as what could be read, else as it came', () => {
    expect(textToEdit(letter({ content: { body: { rating: 9 }, person: 'known' } }))).toBe('{\n  "rating": 9\n}');
    expect(textToEdit(letter({}))).toBe('{"rating":');
    expect(textToEdit(letter({ original: { text: null, base64: 'AA==' } }))).toBe('{}');
  });

  it('is sent only as a JSON object', () => {
    expect(eventIn('{"rating": 5}')).toEqual({ rating: 5 });
    expect(['', '{"rating":', '[1]', '5', 'null'].map(eventIn)).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });
});
