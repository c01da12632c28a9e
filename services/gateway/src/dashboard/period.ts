import { startOfDayMs } from '@picly/platform';

const DAY_MS = 86_400_000;

/** A stretch of time, half open, milliseconds since the epoch. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Period {
  readonly current: Stretch;
  /** As long as the current one, and right before it. */
  readonly previous: Stretch;
  /** The calendar days of the current one, `YYYY-MM-DD` in the zone. */
  readonly days: readonly string[];
}

const dateIn = (zone: string, ms: number): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(ms);

function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/**
 * The last `days` calendar days of a zone up to now, today among them, and the same stretch before. Today is not over, so the
 * stretch before ends at the same time of day: both are equally long.
 */
export function periodOf(nowMs: number, days: number, zone: string): Period {
  const today = dateIn(zone, nowMs);
  const first = addDays(today, 1 - days);
  const fromMs = startOfDayMs(first, zone);
  // What happened in this very millisecond counts too.
  const toMs = nowMs + 1;
  return {
    current: { fromMs, toMs },
    previous: { fromMs: fromMs - (toMs - fromMs), toMs: fromMs },
    days: Array.from({ length: days }, (_, n) => addDays(first, n)),
  };
}
