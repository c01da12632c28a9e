import { NOTHING } from './numbers';

const DAY_MS = 86_400_000;

/** The calendar date of an instant in a zone, `YYYY-MM-DD`. */
export function dateIn(zone: string, ms: number): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(ms);
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

const DAY = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short' });
const DAY_AND_YEAR = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' });

/** A calendar date as people write it; not an instant, so no zone moves it. */
export const day = (date: string): string => DAY.format(Date.parse(`${date}T00:00:00Z`));
export const fullDay = (date: string): string => DAY_AND_YEAR.format(Date.parse(`${date}T00:00:00Z`));

/** An instant in the zone that figures are counted in. */
export function instant(at: string | null | undefined, zone: string): string {
  if (at === null || at === undefined || Number.isNaN(Date.parse(at))) return NOTHING;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  return format.format(Date.parse(at));
}

/** Whether the browser knows the zone; what a link says is not trusted. */
export function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
