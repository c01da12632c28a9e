import { CurrencyCode, Decimal, Duration, Flag, FreeObject, Instant, Money, OneOf, Text, Uuid, Whole, Words } from './rules';
import { schemaOf, unitsOf } from './field';
import { validateBody } from './validate';

class Everything {
  @Uuid({ optional: true }) uuid?: unknown;
  @Text({ min: 2, max: 3 }, { optional: true }) text?: unknown;
  @Whole({ min: 1, max: 5 }, { optional: true }) whole?: unknown;
  @Decimal({ min: -1, max: 1 }, { optional: true }) decimal?: unknown;
  @Money({ optional: true }) money?: unknown;
  @Duration({ optional: true }) duration?: unknown;
  @Instant({ optional: true }) instant?: unknown;
  @Flag({ optional: true }) flag?: unknown;
  @OneOf(['a', 'b'], { optional: true }) word?: unknown;
  @Words({ maxItems: 2, maxLength: 3 }, { optional: true }) words?: unknown;
  @CurrencyCode({ optional: true }) currency?: unknown;
  @FreeObject({ optional: true }) object?: unknown;
}

type Field = keyof Everything;

const GOOD: readonly (readonly [Field, unknown])[] = [
  ['uuid', '0190A2C4-5b1e-7c3a-9f10-2b6d1e8a4c01'],
  ['text', 'ab'],
  ['text', '\u{1F600}\u{1F600}\u{1F600}'],
  ['whole', 1],
  ['whole', 5.0],
  ['decimal', -1],
  ['money', 0],
  ['money', 0.08],
  ['duration', 31_536_000],
  ['instant', '2026-02-28T23:59:59Z'],
  ['instant', '2024-02-29T00:00:00.123456789+05:30'],
  ['flag', false],
  ['word', 'b'],
  ['words', []],
  ['words', ['a', '\u{1F600}']],
  ['currency', 'EUR'],
  ['object', {}],
];

const BAD: readonly (readonly [Field, unknown, string])[] = [
  ['uuid', '0190a2c45b1e7c3a9f102b6d1e8a4c01', 'uuid'],
  ['uuid', null, 'uuid'],
  ['text', 'a', 'text'],
  ['text', 'abcd', 'text'],
  ['text', 'a\0', 'text'],
  ['text', 'a\uD800', 'text'],
  ['whole', 4.5, 'whole_number'],
  ['whole', '5', 'whole_number'],
  ['whole', 'NaN', 'whole_number'],
  ['whole', 0, 'whole_number'],
  ['whole', 6, 'whole_number'],
  ['decimal', Number.POSITIVE_INFINITY, 'number'],
  ['decimal', 'Infinity', 'number'],
  ['money', -0.01, 'amount'],
  ['money', 1_000_001, 'amount'],
  ['duration', -1, 'seconds'],
  ['instant', '1999-12-31T23:59:59Z', 'instant'],
  ['instant', '2026-02-29T00:00:00Z', 'instant'],
  ['instant', '2026-01-01T00:00:00', 'instant'],
  ['instant', '2026-01-01', 'instant'],
  ['instant', 1_700_000_000, 'instant'],
  ['flag', 'true', 'boolean'],
  ['flag', 1, 'boolean'],
  ['word', 'c', 'one_of'],
  ['words', ['a', 'a'], 'words'],
  ['words', ['a', 'b', 'c'], 'words'],
  ['words', ['abcd'], 'words'],
  ['words', [''], 'words'],
  ['words', 'a', 'words'],
  ['currency', 'usd', 'currency'],
  ['object', [], 'object'],
  ['object', null, 'object'],
  ['object', { a: '\0' }, 'object'],
];

describe('the rules of fields', () => {
  test.each(GOOD)('%s takes %j', (name, value) => expect(validateBody(Everything, { [name]: value })).toEqual([]));

  test.each(BAD)('%s refuses %j', (name, value, code) => {
    expect(validateBody(Everything, { [name]: value })).toEqual([
      { pointer: `/${name}`, code, message: expect.stringContaining(`${name} must be`) as string },
    ]);
  });

  test('units of storage belong to amounts and durations only', () => {
    expect([...unitsOf(Everything)]).toEqual([
      ['money', 'micros'],
      ['duration', 'ms'],
    ]);
  });

  test('a schema refuses what is not declared', () => {
    expect(schemaOf(Everything)).toMatchObject({ additionalProperties: false, required: [] });
  });
});
