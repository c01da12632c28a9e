import { Flag, Whole, Words } from '@picly/contracts';
import fc from 'fast-check';
import { ProblemError } from '../problem/problem-error';
import { decodeCursor, encodeCursor } from './cursor';
import { ListQuery, RangeQuery } from './list-query';
import { parseQuery } from './parse-query';
import { resolveRange } from './range';
import { isCalendarDate, isTimeZone, startOfDayMs } from './time-zone';

class TopQuery extends ListQuery {
  @Whole({ min: 1, max: 100 }, { optional: true })
  override limit: number = 10;

  @Whole({ min: 0, max: 9 })
  min!: number;

  @Flag({ optional: true })
  exact?: boolean;

  @Words({ maxItems: 3, maxLength: 5 }, { optional: true })
  tags?: string[];
}

function errorsOf(work: () => unknown): Record<string, string> {
  try {
    work();
  } catch (error) {
    if (error instanceof ProblemError) return Object.fromEntries((error.details.errors ?? []).map(({ pointer, code }) => [pointer, code]));
    throw error;
  }
  return {};
}

describe('a query string', () => {
  it('is coerced by the declared types, and what is absent has its default', () => {
    const query = parseQuery(TopQuery, { min: '4', exact: 'true', tags: 'a,b' });
    expect(query).toBeInstanceOf(TopQuery);
    expect({ ...query }).toEqual({ limit: 10, min: 4, exact: true, tags: ['a', 'b'] });
    expect(parseQuery(TopQuery, { min: '4', tags: ['a', 'b'] }).tags).toEqual(['a', 'b']);
  });

  it('names every unknown, missing, repeated and wrong parameter at once', () => {
    expect(errorsOf(() => parseQuery(TopQuery, { limit: '101', exact: 'yes', cursor: ['a', 'b'], nonsense: '1' }))).toEqual({
      '/limit': 'whole_number',
      '/min': 'required',
      '/exact': 'boolean',
      '/cursor': 'text',
      '/nonsense': 'unknown_parameter',
    });
  });

  it.each(['', ' 4', '4.0e0', '0x4', 'NaN', 'Infinity', '4,5', '4abc', '١'])('"%s" is no whole number', (written) => {
    expect(errorsOf(() => parseQuery(TopQuery, { min: written }))).toEqual({ '/min': 'whole_number' });
  });

  it('an unknown name that is no plain word is not echoed', () => {
    expect(errorsOf(() => parseQuery(TopQuery, { min: '1', '<script>': '1' }))).toEqual({ '/?': 'unknown_parameter' });
  });

  it.each(['__proto__', 'constructor', 'toString'])('%s is a parameter like any other unknown one', (name) => {
    const raw = Object.assign(Object.create(null) as Record<string, string>, { min: '1' });
    Object.defineProperty(raw, name, { value: 'x', enumerable: true });
    expect(errorsOf(() => parseQuery(TopQuery, raw))).toEqual({ [`/${name}`]: 'unknown_parameter' });
  });
});

describe('a cursor', () => {
  it('comes back as it was', () => {
    const value = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
      fc.constant(null),
    );
    fc.assert(
      fc.property(value, fc.integer(), (first, second) => {
        fc.pre(!(typeof first === 'string' && first.includes('\u0000')));
        const decoded = decodeCursor(encodeCursor([first, second]), [['string', 'number', 'null'], 'number']);
        expect(JSON.stringify(decoded)).toBe(JSON.stringify([first, second]));
      }),
    );
  });

  it.each([
    '',
    'x',
    encodeCursor([]),
    encodeCursor([1, 2]),
    encodeCursor(['1']),
    encodeCursor([null]),
    Buffer.from('{"0":1}').toString('base64url'),
  ])('%s is not one of a list sorted by one number', (cursor) => {
    expect(errorsOf(() => decodeCursor(cursor, ['number']))).toEqual({ '/cursor': 'cursor' });
  });
});

describe('a stretch of time', () => {
  it.each(['UTC', 'Asia/Singapore', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'])('%s is a zone', (zone) =>
    expect(isTimeZone(zone)).toBe(true),
  );
  it.each(['', 'Mars/Olympus', '+02:00', 'utc; drop table', '../etc/passwd', 'x'.repeat(80)])('"%s" is no zone', (zone) =>
    expect(isTimeZone(zone)).toBe(false),
  );
  it.each(['2026-02-29', '2026-13-01', '1999-12-31', '2026-1-1', '20260101', '2026-01-01T00:00:00Z'])('%s is no date', (date) =>
    expect(isCalendarDate(date)).toBe(false),
  );

  it.each([
    ['2026-03-29', 'UTC', '2026-03-29T00:00:00Z'],
    ['2026-03-29', 'Asia/Singapore', '2026-03-28T16:00:00Z'],
    ['2026-03-29', 'America/Los_Angeles', '2026-03-29T07:00:00Z'],
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00Z'],
    ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00Z'],
    ['2026-10-26', 'Europe/Berlin', '2026-10-25T23:00:00Z'],
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00Z'],
    ['2024-04-26', 'Africa/Cairo', '2024-04-25T22:00:00Z'],
    ['2026-01-01', 'Asia/Kathmandu', '2025-12-31T18:15:00Z'],
    ['2011-12-31', 'Pacific/Apia', '2011-12-30T10:00:00Z'],
  ])('%s begins in %s at %s', (date, zone, instant) => {
    expect(new Date(startOfDayMs(date, zone)).toISOString()).toBe(new Date(instant).toISOString());
  });

  it('days follow each other without gap, whatever the zone does with its clocks', () => {
    const zones = [
      'Europe/London',
      'America/Sao_Paulo',
      'Africa/Cairo',
      'Asia/Beirut',
      'Australia/Lord_Howe',
      'America/Havana',
      'Asia/Tehran',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 9_000 }), (zone, day) => {
        const date = (n: number): string => new Date(Date.UTC(2001, 0, 1 + n)).toISOString().slice(0, 10);
        const hours = (startOfDayMs(date(day + 1), zone) - startOfDayMs(date(day), zone)) / 3_600_000;
        expect(hours).toBeGreaterThanOrEqual(22.5);
        expect(hours).toBeLessThanOrEqual(25.5);
        const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' });
        expect(shown.format(startOfDayMs(date(day), zone))).toBe(date(day));
        expect(shown.format(startOfDayMs(date(day), zone) - 1)).not.toBe(date(day));
      }),
      { numRuns: 200 },
    );
  });

  it('dates are days of the zone asked for, instants are what they are', () => {
    const query = parseQuery(RangeQuery, { from: '2026-05-01', to: '2026-05-02T00:00:00Z', tz: 'Asia/Tokyo' });
    expect(resolveRange(query)).toEqual({ fromMs: Date.UTC(2026, 3, 30, 15), toMs: Date.UTC(2026, 4, 2) });
    expect(resolveRange(parseQuery(RangeQuery, {}))).toEqual({});
  });

  it('an end before the beginning, a wrong zone and a wrong date are named', () => {
    expect(errorsOf(() => resolveRange({ from: '2026-05-02', to: '2026-05-01' }))).toEqual({ '/to': 'before_from' });
    expect(errorsOf(() => parseQuery(RangeQuery, { from: 'yesterday', tz: 'Nowhere', week_start: 'friday' }))).toEqual({
      '/from': 'date_or_instant',
      '/tz': 'time_zone',
      '/week_start': 'one_of',
    });
  });
});
