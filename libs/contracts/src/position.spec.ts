import fc from 'fast-check';
import { EVENT_TYPES, topicOf } from './catalogue';
import { decodePosition, encodePosition } from './position';

const position = fc.record({
  topic: fc.constantFrom(...EVENT_TYPES.map(topicOf)),
  partition: fc.integer({ min: 0, max: 999_999 }),
  offset: fc.integer({ min: 0, max: 999_999_999_999_999 }),
});

describe('a position token', () => {
  test('reads back as the highest offset of each partition named', () => {
    fc.assert(
      fc.property(fc.array(position, { minLength: 1, maxLength: 30 }), (positions) => {
        const decoded = decodePosition(encodePosition(positions)) ?? [];
        const at = (each: { topic: string; partition: number }): string => `${each.topic}/${each.partition}`;
        const highest = new Map<string, number>();
        for (const each of positions) highest.set(at(each), Math.max(each.offset, highest.get(at(each)) ?? 0));
        expect(new Map(decoded.map((each) => [at(each), each.offset]))).toEqual(highest);
      }),
    );
  });

  test('is opaque and safe in a URL', () => {
    expect(encodePosition([{ topic: 'picly.rating-submitted', partition: 3, offset: 42 }])).toMatch(/^[\w-]+$/);
  });

  test.each([
    '',
    'abc',
    '....',
    Buffer.from('0.0').toString('base64url'),
    Buffer.from('99.0.1').toString('base64url'),
    Buffer.from('0.0.-1').toString('base64url'),
  ])('text that is no token of ours is refused: %j', (token) => expect(decodePosition(token)).toBeUndefined());
});
