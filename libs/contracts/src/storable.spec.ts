import { isStorableJson, isStorableText, JSON_LIMITS } from './storable';

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = { a: value };
  return value;
};

describe('what can be stored', () => {
  test.each(['', 'plain', '\u{1F600}', 'e\u0301', '\u202E', '\u0001'])('text %j comes back as sent', (text) =>
    expect(isStorableText(text)).toBe(true),
  );
  test.each(['a\0b', '\uD800', '\uDC00x', 'x\uD83D'])('text with NUL or half a surrogate pair is refused: %j', (text) =>
    expect(isStorableText(text)).toBe(false),
  );

  test('an object may be as deep as the limit and no deeper', () => {
    expect(isStorableJson(nested(JSON_LIMITS.depth))).toBe(true);
    expect(isStorableJson(nested(JSON_LIMITS.depth + 1))).toBe(false);
    expect(isStorableJson(nested(100_000))).toBe(false);
  });

  test('an object may hold as many values as the limit and no more', () => {
    expect(isStorableJson(Array.from({ length: JSON_LIMITS.values - 1 }, () => 0))).toBe(true);
    expect(isStorableJson(Array.from({ length: JSON_LIMITS.values }, () => 0))).toBe(false);
  });

  test('names of members are held to the same rule as texts', () => {
    expect(isStorableJson({ 'a\0': 1 })).toBe(false);
    expect(isStorableJson({ a: ['\uD800'] })).toBe(false);
  });
});
