import { compileMapping, type MappedRow } from './mapping';
import { applyParameters } from './parameters';
import { MappingError, type Fields } from './row';

const RATE = { generation_id: 'g', rating: 'stars' };
const G = '0b6f9a52-6a0e-4a9e-9f0e-6a4a1f4f1d11';

/** The rows of one file, mapped in order. */
function mapAll(document: unknown, rows: readonly Fields[], file = 'f.csv'): readonly MappedRow[] {
  const map = compileMapping(document).forFile(file);
  return rows.map((fields, at) => map({ fields, number: at + 1 }));
}

const ratings = (fields: object = RATE, more: object = {}): object => ({ name: 'm', events: [{ type: 'rate', fields }], ...more });
const oneBody = (expression: unknown, row: Fields, field = 'feedback'): unknown =>
  mapAll(ratings({ ...RATE, [field]: expression }), [{ g: G, stars: '5', ...row }])[0]?.events[0]?.[field];
const oneProblem = (expression: unknown, row: Fields, field = 'feedback'): unknown =>
  mapAll(ratings({ ...RATE, [field]: expression }), [{ g: G, stars: '5', ...row }])[0]?.problems[0];

describe('a mapping', () => {
  it('turns text into what the schema of the event wants', () => {
    const fields = { ...RATE, quality_score: 'q', tags: 't', occurred_at: 'when', time_to_rate: 's' };
    const [row] = mapAll(ratings(fields), [
      { g: G, stars: ' 4 ', q: '81.5', t: 'colors, details,colors', when: '2026-03-01 12:00', s: '7' },
    ]);
    expect(row?.problems).toEqual([]);
    expect(row?.events[0]).toMatchObject({
      type: 'rate',
      rating: 4,
      quality_score: 81.5,
      tags: ['colors', 'details'],
      occurred_at: '2026-03-01T12:00:00.000Z',
      time_to_rate: 7,
    });
  });

  it('keeps text byte for byte', () => {
    expect(oneBody('t', { t: '  two  spaces \u2028 ' })).toBe('  two  spaces \u2028 ');
  });

  it('leaves out what has no value, and uses the default where there is one', () => {
    expect(oneBody('t', {})).toBeUndefined();
    expect(oneBody({ column: 't', default: 'none' }, {})).toBe('none');
    expect(oneBody({ column: 't', empty: ['NA'], default: 'none' }, { t: 'NA' })).toBe('none');
  });

  it('takes the first column that has a value', () => {
    expect(oneBody({ columns: ['a', 'b'] }, { a: '', b: 'x' })).toBe('x');
  });

  it('fills templates, and leaves them out when a part is missing', () => {
    expect(oneBody({ template: '${a} of ${b}' }, { a: '1', b: '2' })).toBe('1 of 2');
    expect(oneBody({ template: '${a} of ${b}' }, { a: '1' })).toBeUndefined();
  });

  it('captures by a pattern', () => {
    expect(oneBody({ column: 'f', match: '^(.+?)_[0-9]+\\.jpg$' }, { f: 'xl2.2_normal_017.jpg' })).toBe('xl2.2_normal');
    expect(oneProblem({ column: 'f', match: '^x$' }, { f: 'y' })).toMatchObject({ code: 'no_match', column: 'f', pointer: '/feedback' });
    expect(oneBody({ column: 'f', match: '^x$', optional: true }, { f: 'y' })).toBeUndefined();
  });

  it('looks words up, and says when one is not in the table', () => {
    const lookup = { good: 'great', bad: 'poor' };
    expect(oneBody({ column: 'w', lookup }, { w: 'bad' })).toBe('poor');
    expect(oneBody({ column: 'w', lookup, otherwise: 'so so' }, { w: 'odd' })).toBe('so so');
    expect(oneBody({ column: 'w', lookup, case: 'lower' }, { w: 'BAD' })).toBe('poor');
    expect(oneProblem({ column: 'w', lookup }, { w: 'odd' })).toMatchObject({ code: 'not_in_lookup', column: 'w' });
  });

  it('scales, shifts, rounds and bounds numbers', () => {
    const score = (rules: object, q: string): unknown => oneBody({ column: 'q', ...rules }, { q }, 'quality_score');
    expect(score({ scale: 20 }, '3.626')).toBeCloseTo(72.52);
    expect(score({ scale: 20, round: 8 }, '0.965602553')).toBe(19.31205106);
    expect(score({ round: 0 }, '2.5')).toBe(3);
    expect(score({ round: 2 }, '1.005')).toBe(1.01);
    expect(score({ offset: -1, scale: 2 }, '3')).toBe(5);
    expect(score({ max: 5, clamp: true }, '9')).toBe(5);
    expect(score({ decimal: ',', scale: 0.01 }, '1.234,5')).toBe(12.345);
    expect(score({}, ' ')).toBeUndefined();
    expect(oneProblem({ column: 'q', max: 5 }, { q: '9' }, 'quality_score')).toMatchObject({ code: 'out_of_range', column: 'q' });
    for (const q of ['NaN', 'Infinity', '0x10', '1_000', 'three', '1e999']) {
      expect(oneProblem('q', { q }, 'quality_score')).toMatchObject({ code: 'not_a_number' });
    }
  });

  it('reads booleans by their words', () => {
    const generation = {
      generation_id: 'g',
      prompt: 'p',
      engine: 'e',
      success: 'ok',
      response_time: { const: 1 },
      cost: { const: 0 },
      revenue: { const: 0 },
    };
    const document = (success: unknown): object => ({ name: 'm', events: [{ type: 'generation', fields: { ...generation, success } }] });
    const row = { g: G, p: 'x', e: 'sdxl' };
    expect(mapAll(document('ok'), [{ ...row, ok: 'Yes' }])[0]?.events[0]?.['success']).toBe(true);
    expect(
      mapAll(document({ column: 'ok', true: ['done'], false: ['failed'] }), [{ ...row, ok: 'FAILED' }])[0]?.events[0]?.['success'],
    ).toBe(false);
    expect(mapAll(document('ok'), [{ ...row, ok: 'maybe' }])[0]?.problems[0]).toMatchObject({ code: 'not_a_boolean', column: 'ok' });
  });

  it('builds objects and lists of columns', () => {
    const [row] = mapAll(
      {
        name: 'm',
        events: [
          {
            type: 'behavior',
            fields: { session_id: 's', action: { const: 'x' }, device: { object: { os: 'os', screen: { column: 'w', as: 'number' } } } },
          },
        ],
      },
      [{ s: '1', os: 'Linux', w: '1920' }],
    );
    expect(row?.events[0]?.['device']).toEqual({ os: 'Linux', screen: 1920 });
  });

  it('reads nested records by pointer, and records that are no objects', () => {
    expect(oneBody('/a/b~1c', { a: { 'b/c': 'deep' } })).toBe('deep');
    expect(oneBody('$value', { $value: 'plain' })).toBe('plain');
    expect(oneBody({ template: '${$file}:${$row}' }, {})).toBe('f.csv:1');
  });

  it('finds columns by their other names', () => {
    const document = ratings(RATE, { aliases: { stars: ['score', 'rating'] } });
    expect(mapAll(document, [{ g: G, rating: '3' }])[0]?.events[0]?.['rating']).toBe(3);
  });

  it('computes columns once, from others, never from themselves', () => {
    const document = ratings({ ...RATE, generation_id: 'id' }, { let: { id: { uuid: ['key'] }, key: { template: '${a}-${b}' } } });
    const [row] = mapAll(document, [{ a: '1', b: '2', stars: '1' }]);
    expect(row?.events[0]?.['generation_id']).toMatch(/^[0-9a-f-]{36}$/);
    const circular = ratings({ ...RATE, feedback: 'x' }, { let: { x: 'y', y: 'x' } });
    expect(mapAll(circular, [{ g: G, stars: '1' }])[0]?.problems[0]).toMatchObject({ code: 'circular' });
  });

  it('makes several events of a row, or none, by conditions', () => {
    const document = {
      name: 'm',
      when: { column: 'kind', in: ['a', 'b'] },
      events: [
        { type: 'rate', fields: RATE },
        {
          type: 'action',
          fields: { generation_id: 'g', action: { const: 'share' } },
          when: { all: [{ column: 'shared', equals: 1 }, { not: { column: 'n', gt: 5 } }] },
        },
      ],
    };
    const rows = [
      { kind: 'a', g: G, stars: '4', shared: '1', n: '2' },
      { kind: 'a', g: G, stars: '4', shared: '1', n: '9' },
      { kind: 'c', g: G, stars: '4', shared: '1' },
    ];
    expect(mapAll(document, rows).map((row) => row.events.map((event) => event.type))).toEqual([['rate', 'action'], ['rate'], []]);
  });

  it('rejects a row as a whole, naming column, field and rule, and never the value', () => {
    const document = {
      name: 'm',
      events: [
        { type: 'rate', fields: RATE },
        { type: 'action', fields: { generation_id: 'g', action: 'what' } },
      ],
    };
    const [row] = mapAll(document, [{ g: G, stars: '2.5', what: '<script>' }]);
    expect(row?.events).toEqual([]);
    expect(row?.problems).toEqual([
      { pointer: '/rating', code: 'whole_number', message: expect.stringContaining('whole number') as string, column: 'stars' },
      { pointer: '/action', code: 'one_of', message: expect.not.stringContaining('script') as string, column: 'what' },
    ]);
  });
});

describe('event ids', () => {
  const ids = (document: unknown, rows: readonly Fields[], file?: string): string[] =>
    mapAll(document, rows, file).flatMap((row) => row.events.map((event) => event.event_id));
  const row = { g: G, stars: '5', by: 'ada' };

  it('are the same whenever and from whatever file a row comes', () => {
    expect(ids(ratings(), [row], 'a.csv')).toEqual(ids(ratings(), [{ g: G, stars: '4', by: 'x' }, row], 'b.csv').slice(1));
  });

  it('differ between exact repeats of a row, which can be real', () => {
    const both = ids(ratings(), [row, row]);
    expect(new Set(both).size).toBe(2);
    expect(ids(ratings(), [row, { ...row, by: 'bob' }, row])).toEqual([both[0], expect.any(String), both[1]]);
  });

  it('follow declared columns alone', () => {
    const document = ratings(RATE, { identity: ['g', 'by'] });
    expect(ids(document, [row])).toEqual(ids(document, [{ ...row, stars: '1', note: 'x' }]));
    expect(mapAll(document, [{ g: G, stars: '5' }])[0]?.problems[0]).toMatchObject({ code: 'required', column: 'by' });
  });

  it('differ between the events of one row and between mappings', () => {
    const fields = { generation_id: 'g', action: { const: 'share' } };
    const document = {
      name: 'm',
      events: [
        { type: 'action', fields },
        { type: 'action', name: 'second', fields },
      ],
    };
    const all = [...ids(document, [row]), ...ids({ ...document, name: 'other' }, [row])];
    expect(new Set(all).size).toBe(4);
  });
});

describe('a wrong mapping document', () => {
  const failure = (document: unknown): string => {
    try {
      compileMapping(document);
    } catch (error) {
      if (error instanceof MappingError) return `${error.pointer} ${error.reason}`;
    }
    return '';
  };

  it.each([
    [{ name: 'm' }, '/events must be a list'],
    [{ name: 'm', events: [] }, '/events must have at least one event'],
    [{ name: 'm n', events: [{}] }, '/name must be'],
    [{ name: 'm', event: [] }, '/event is not known here'],
    [{ name: 'm', events: [{ type: 'rating', fields: {} }] }, '/events/0/type must be one of rate, action'],
    [ratings({ stars: 'x' }), '/events/0/fields/stars rate has no such field'],
    [ratings({ rating: {} }), '/events/0/fields/rating needs exactly one of'],
    [ratings({ rating: { column: 'x', const: 1 } }), '/events/0/fields/rating needs exactly one of'],
    [ratings({ feedback: { column: 'x', scale: 2 } }), '/events/0/fields/feedback/scale does not go with a text'],
    [ratings({ feedback: { column: 'x', match: '(' } }), '/events/0/fields/feedback/match is not a regular expression'],
    [ratings({ occurred_at: { column: 'x', format: 'yyyy' } }), '/events/0/fields/occurred_at/format must have year, month and day'],
    [ratings({ occurred_at: { column: 'x', zone: 'Nowhere/Town' } }), '/events/0/fields/occurred_at/zone must be an IANA time zone'],
    [
      {
        name: 'm',
        events: [
          { type: 'rate', fields: {} },
          { type: 'rate', fields: {} },
        ],
      },
      '/events/1 a second "rate" needs a "name"',
    ],
    [ratings(RATE, { when: { column: 'x' } }), '/when needs one of'],
  ])('is told with the place: %#', (document, expected) => {
    expect(failure(document)).toContain(expected);
  });
});

describe('parameters', () => {
  const document = {
    name: 'm',
    parameters: { metric: 'purchase', scale: 20, at: null },
    events: [{ a: { param: 'metric' }, b: { param: 'scale' }, c: { const: { param: 'at' } } }],
  };

  it('are replaced by what is set, else by their default; one without a value takes its field along', () => {
    expect(applyParameters(document, new Map())).toEqual({ name: 'm', events: [{ a: 'purchase', b: 20 }] });
    expect(
      applyParameters(
        document,
        new Map([
          ['scale', '1.5'],
          ['at', 'x'],
        ]),
      ),
    ).toEqual({ name: 'm', events: [{ a: 'purchase', b: 1.5, c: { const: 'x' } }] });
  });

  it('that nobody declared are refused', () => {
    expect(() => applyParameters(document, new Map([['nope', '1']]))).toThrow('there is no "nope" to set; there are metric, scale, at');
    expect(() => applyParameters(document, new Map([['scale', 'big']]))).toThrow('must be set to a number');
    expect(() => applyParameters({ a: { param: 'x' } }, new Map())).toThrow('"x" is not one of the parameters');
  });
});
