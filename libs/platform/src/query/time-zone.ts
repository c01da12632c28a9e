const MOST_REMEMBERED = 512;
const formats = new Map<string, Intl.DateTimeFormat>();

const NAME = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  const known = formats.get(zone);
  if (known) return known;
  if (zone.length > 64 || !NAME.test(zone)) return undefined;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'iso8601',
      hourCycle: 'h23',
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    if (formats.size >= MOST_REMEMBERED) formats.clear();
    formats.set(zone, format);
    return format;
  } catch {
    return undefined;
  }
}

/** Whether this is the name of a zone in the IANA database (a fixed offset such as `+02:00` is none). */
export const isTimeZone = (zone: string): boolean => formatOf(zone) !== undefined;

/** Whether this is `YYYY-MM-DD`, exists in the calendar and is not before the year 2000. */
export function isCalendarDate(text: string): boolean {
  const match = DATE.exec(text);
  if (!match) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return Number.isFinite(at.getTime()) && at.toISOString().startsWith(text) && text >= '2000-01-01';
}

/** What the clocks of the zone show, read as if it were UTC, minus the instant itself. Milliseconds. */
function offsetMs(format: Intl.DateTimeFormat, instantMs: number): number {
  const wholeSecondMs = Math.floor(instantMs / 1_000) * 1_000;
  const parts = new Map(format.formatToParts(wholeSecondMs).map(({ type, value }) => [type, Number(value)]));
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  const year = part('year');
  const shown = Date.UTC(year < 100 ? 2_000 + year : year, part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return shown - wholeSecondMs;
}

/**
 * The first instant of a calendar date in a zone, milliseconds since the epoch. Where the clocks jump over midnight it is
 * the instant of the jump; where midnight happens twice it is the first.
 */
export function startOfDayMs(date: string, zone: string): number {
  const format = formatOf(zone);
  if (!format || !isCalendarDate(date)) throw new RangeError('no such date or zone');
  const local = Date.parse(`${date}T00:00:00Z`);
  const dayMs = 86_400_000;
  const candidates = [local - offsetMs(format, local - dayMs), local - offsetMs(format, local + dayMs)].sort((a, b) => a - b);
  const exact = candidates.find((instant) => instant + offsetMs(format, instant) === local);
  return exact ?? jumpBetween(format, candidates[0] ?? local, candidates[1] ?? local);
}

/** The instant in (low, high] at which the offset changes, to the second. */
function jumpBetween(format: Intl.DateTimeFormat, low: number, high: number): number {
  const after = offsetMs(format, high);
  let from = low - 1_000;
  let to = high;
  while (to - from > 1_000) {
    const middle = from + Math.floor((to - from) / 2_000) * 1_000;
    if (offsetMs(format, middle) === after) to = middle;
    else from = middle;
  }
  return to;
}
