import fc from 'fast-check';
import { daysOf, DEFAULTS, filterQuery, isRunning, rangeQuery, readFilters, writeFilters, type Filters } from './filters';

const NOON = Date.parse('2026-03-15T12:00:00Z');
const read = (text: string): Filters => readFilters(new URLSearchParams(text));

describe('filters in the address', () => {
  it('an address without any means the defaults, and the defaults need no address', () => {
    expect(read('')).toEqual(DEFAULTS);
    expect(writeFilters(DEFAULTS).toString()).toBe('');
  });

  it('whatever is written is read back', () => {
    const filters: fc.Arbitrary<Filters> = fc.record({
      range: fc.constantFrom('7d', '30d', '90d', '365d', 'custom' as const),
      first: fc.constantFrom('2026-01-01', '2026-02-01'),
      last: fc.constantFrom('2026-02-01', '2026-03-01'),
      tz: fc.constantFrom('UTC', 'Asia/Singapore', 'America/Los_Angeles'),
      engine: fc.string({ maxLength: 50 }),
      compare: fc.constantFrom('previous', 'year', 'none'),
    });
    fc.assert(
      fc.property(filters, (given) => {
        const expected = given.range === 'custom' ? given : { ...given, first: '', last: '' };
        expect(read(writeFilters(given).toString())).toEqual(expected);
      }),
    );
  });

  it.each([
    'range=yesterday',
    'range=custom',
    'range=custom&first=2026-02-30x&last=2026-03-01',
    'range=custom&first=2026-03-02&last=2026-03-01',
    'tz=Mars/Olympus',
    'compare=%3Cscript%3E',
  ])('what makes no sense is as if it were not there: %s', (text) => expect(read(text)).toEqual(DEFAULTS));

  it('what else is in the address stays there', () => {
    expect(writeFilters({ ...DEFAULTS, range: '7d' }, new URLSearchParams('q=fox&range=90d')).toString()).toBe('q=fox&range=7d');
  });

  it('a wish for more than a year keeps its end', () => {
    expect(read('range=custom&first=2020-01-01&last=2026-03-01')).toMatchObject({ first: '2025-03-01', last: '2026-03-01' });
  });
});

describe('the stretch of time', () => {
  it('ends today in the zone asked for, today among its days', () => {
    const lateInLosAngeles = Date.parse('2026-03-15T03:00:00Z');
    expect(daysOf({ ...DEFAULTS, range: '7d' }, NOON)).toEqual({ first: '2026-03-09', last: '2026-03-15' });
    expect(daysOf({ ...DEFAULTS, range: '7d', tz: 'America/Los_Angeles' }, lateInLosAngeles).last).toBe('2026-03-14');
  });

  it('is asked for without an end while it goes on, and half open when it is over', () => {
    expect(rangeQuery(DEFAULTS, NOON)).toEqual({ from: '2026-02-14', tz: 'UTC' });
    const past = read('range=custom&first=2026-01-01&last=2026-01-31');
    expect(rangeQuery(past, NOON)).toEqual({ from: '2026-01-01', to: '2026-02-01', tz: 'UTC' });
    expect([isRunning(DEFAULTS, NOON), isRunning(past, NOON)]).toEqual([true, false]);
  });

  it('names an engine only when one was chosen', () => {
    expect(filterQuery(read('engine=flux-pro'), NOON)).toMatchObject({ engine: 'flux-pro' });
    expect(filterQuery(DEFAULTS, NOON)).not.toHaveProperty('engine');
  });
});
