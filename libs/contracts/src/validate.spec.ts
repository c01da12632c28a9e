import fc from 'fast-check';
import { validateSync } from 'class-validator';
import { EVENT_TYPES, EVENTS } from './catalogue';
import { fieldNamesOf, schemaOf, type DeclaredClass } from './field';
import { createAjv, validateBody } from './validate';

const GENERATION = '0190a2c4-5b1e-7c3a-9f10-2b6d1e8a4c01';

/** Values near every rule's edge, and plain nonsense. */
const anyValue = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -0,
    1,
    5,
    6,
    100,
    100.5,
    -1,
    1e6,
    1e6 + 1,
    1e13,
    4.5,
    31_536_000,
    31_536_001,
    Number.MAX_VALUE,
  ),
  fc.constantFrom<unknown>(
    '',
    'download',
    'USD',
    'usd',
    'NaN',
    GENERATION,
    GENERATION.toUpperCase(),
    '2026-01-01T00:00:00Z',
    '1999-12-31T23:59:59Z',
    '2026-02-30T00:00:00Z',
  ),
  fc.constantFrom<unknown>(
    'a\0b',
    '\uD800',
    '\u{1F600}',
    'x'.repeat(200),
    'x'.repeat(201),
    '\u{1F600}'.repeat(200),
    'x'.repeat(5000),
    'x'.repeat(5001),
  ),
  fc.constantFrom<unknown>([], ['a', 'a'], ['a', ''], ['x'.repeat(65)], [1], {}, { a: { b: ['\0'] } }, { ok: 1 }),
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.array(fc.string(), { maxLength: 40 }),
  fc.jsonValue({ maxDepth: 3 }),
);

const anyBodyOf = (declared: DeclaredClass): fc.Arbitrary<Record<string, unknown>> => {
  const names = [...fieldNamesOf(declared), 'unknown_field'];
  return fc.dictionary(fc.constantFrom(...names), anyValue, { maxKeys: names.length, noNullPrototype: true });
};

const saysClassValidator = (declared: DeclaredClass, body: object): boolean =>
  validateSync(Object.assign(new declared(), body), { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true }).length ===
  0;

describe('validation of bodies', () => {
  test.each(EVENT_TYPES)('the compiled schema and class-validator agree on every body of %s', (type) => {
    const declared: DeclaredClass = EVENTS[type].body;
    const check = createAjv().compile(schemaOf(declared));
    fc.assert(
      fc.property(anyBodyOf(declared), (body) => {
        expect(check(body)).toBe(saysClassValidator(declared, body));
      }),
      { numRuns: 400 },
    );
  });

  test.each(EVENT_TYPES)('one wrong field of an otherwise valid %s is named alone', (type) => {
    const declared: DeclaredClass = EVENTS[type].body;
    fc.assert(
      fc.property(fc.constantFrom(...fieldNamesOf(declared)), anyValue, (name, value) => {
        const errors = validateBody(declared, { ...valid[type], [name]: value });
        expect(errors.every((error) => error.pointer === `/${name}`)).toBe(true);
      }),
    );
  });

  test.each(EVENT_TYPES)('%s: every required field that is missing is named', (type) => {
    const errors = validateBody(EVENTS[type].body, {});
    expect(errors.map((each) => each.pointer.slice(1)).sort()).toEqual([...(schemaOf(EVENTS[type].body)['required'] as string[])].sort());
    expect(errors.every((each) => each.code === 'required')).toBe(true);
  });

  test('an unknown field is named with its pointer, escaped', () => {
    expect(validateBody(EVENTS['action-tracked'].body, { generation_id: GENERATION, action: 'edit', 'a/b~c': 1 })).toEqual([
      { pointer: '/a~1b~0c', code: 'unknown_field', message: 'this field is not known here' },
    ]);
  });

  test.each([null, [], 'text', 1, true])('a body that is no object is refused: %j', (body) => {
    expect(validateBody(EVENTS['action-tracked'].body, body)).toEqual([
      { pointer: '', code: 'object', message: 'the body must be a JSON object' },
    ]);
  });

  test('the offending value is never quoted', () => {
    const errors = validateBody(EVENTS['rating-submitted'].body, {
      generation_id: '<script>',
      rating: '<script>',
      feedback: '<script>\0',
      tags: ['<script>', '<script>'],
    });
    expect(errors).toHaveLength(4);
    expect(JSON.stringify(errors)).not.toContain('script');
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('a field called %s is an unknown field like any other', (name) => {
    const body: unknown = JSON.parse(`{"generation_id":"${GENERATION}","action":"edit","${name}":1}`);
    expect(validateBody(EVENTS['action-tracked'].body, body).map((each) => each.code)).toEqual(['unknown_field']);
  });
});

const valid: Record<(typeof EVENT_TYPES)[number], object> = {
  'rating-submitted': { generation_id: GENERATION, rating: 5 },
  'action-tracked': { generation_id: GENERATION, action: 'share' },
  'behavior-tracked': { session_id: 's', action: 'click' },
  'generation-completed': { generation_id: GENERATION, prompt: '', engine: 'e', success: true, response_time: 1, cost: 0, revenue: 0 },
  'engine-call-measured': { engine: 'e', success: false, response_time: 1, cost: 0, revenue: 0 },
  'user-profiled': { user_id: 'u' },
  'experiment-exposed': { experiment: 'x', user_id: 'u' },
  'conversion-tracked': { metric: 'm', user_id: 'u' },
  'experiment-changed': { experiment: 'x', revision: 1, change: 'defined', state: 'draft', author: 'a', definition: {} },
  'experiment-decided': {
    experiment: 'x',
    revision: 1,
    verdict: 'ship',
    reasons: ['r'],
    figures_as_of: '2026-01-01T00:00:00Z',
    acted: false,
  },
};
