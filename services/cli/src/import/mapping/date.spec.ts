import fc from 'fast-check';
import { toInstant, dateRules } from './date';
import { parseShift, shiftBy } from './date-shift';
import { Node } from './document';
import { zoneOffsetMs } from './time-zone';

const read = (text: unknown, rules: object = {}): string => toInstant(text, dateRules(new Node(rules, '')));

describe('dates', () => {
  it.each([
    ['2026-03-01', {}, '2026-03-01T00:00:00.000Z'],
    ['2026-03-01T12:30:15.25Z', {}, '2026-03-01T12:30:15.250Z'],
    ['2026-03-01 12:30:15 +02:00', {}, '2026-03-01T10:30:15.000Z'],
    ['2026-03-01 12:30', { zone: 'America/Los_Angeles' }, '2026-03-01T20:30:00.000Z'],
    ['19970104', { format: 'yyyyMMdd' }, '1997-01-04T00:00:00.000Z'],
    ['4.1.1997 7:05', { format: 'd.M.yyyy H:mm' }, '1997-01-04T07:05:00.000Z'],
    ['1260759144', { format: 'unix' }, '2009-12-14T02:52:24.000Z'],
    [1260759144, { format: 'unix' }, '2009-12-14T02:52:24.000Z'],
    ['1260759144123', { format: 'unix_ms' }, '2009-12-14T02:52:24.123Z'],
    ['19970131', { format: 'yyyyMMdd', shift: 'P28Y' }, '2025-01-31T00:00:00.000Z'],
    ['20260131', { format: 'yyyyMMdd', shift: 'P1M' }, '2026-02-28T00:00:00.000Z'],
    ['20260131', { format: 'yyyyMMdd', shift: '-P1DT1H' }, '2026-01-29T23:00:00.000Z'],
  ])('%s with %j is %s', (text, rules, instant) => {
    expect(read(text, rules)).toBe(instant);
  });

  it.each([
    ['2026-02-30', {}],
    ['2026-13-01', {}],
    ['2026-01-01T25:00', {}],
    ['yesterday', {}],
    ['', {}],
    ['20260101', {}],
    ['12', { format: 'yyyyMMdd' }],
    ['1e5', { format: 'unix' }],
    [true, {}],
  ])('%s with %j is no date', (text, rules) => {
    expect(() => read(text, rules)).toThrow('is not a date');
  });

  it('reads a time that comes twice as its first, one that is skipped as if the clocks had not jumped', () => {
    const berlin = { zone: 'Europe/Berlin' };
    expect(read('2026-10-25 02:30', berlin)).toBe('2026-10-25T00:30:00.000Z');
    expect(read('2026-10-25 03:00', berlin)).toBe('2026-10-25T02:00:00.000Z');
    expect(read('2026-03-29 02:30', berlin)).toBe('2026-03-29T01:30:00.000Z');
    expect(read('2026-03-29 01:59', berlin)).toBe('2026-03-29T00:59:00.000Z');
  });

  it('finds the wall-clock time of every instant again, in every zone', () => {
    const zones = ['Asia/Singapore', 'America/Los_Angeles', 'Europe/London', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'UTC'];
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: Date.UTC(2001, 0, 1), max: Date.UTC(2027, 0, 1) }), (zone, at) => {
        const minute = Math.floor(at / 60_000) * 60_000;
        const wall = new Date(minute).toLocaleString('sv-SE', { timeZone: zone });
        const local = Date.parse(`${wall.replace(' ', 'T')}Z`);
        const found = local - zoneOffsetMs(zone, local);
        // The second pass through an hour that comes twice is read as the first.
        expect([0, 3_600_000, 1_800_000]).toContain(minute - found);
        expect(new Date(found).toLocaleString('sv-SE', { timeZone: zone })).toBe(wall);
      }),
    );
  });

  it('knows ISO durations and nothing else', () => {
    expect(parseShift('P1Y2M1W3DT4H5M6S')).toEqual({ months: 14, ms: ((10 * 24 + 4) * 3600 + 306) * 1000 });
    expect(parseShift('P')).toBeUndefined();
    expect(parseShift('1Y')).toBeUndefined();
    expect(shiftBy(Date.UTC(2024, 1, 29), { months: 12, ms: 0 })).toBe(Date.UTC(2025, 1, 28));
  });
});
