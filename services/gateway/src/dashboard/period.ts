import { startOfDayMs } from '@picly/platform';

const DAY_MS = 86_400_000;

/** A stretch of time, half open, milliseconds since the epoch. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Period {
  readonly current: Stretch;
  /** What the current one is compared with, equally long; absent when with nothing. */
  readonly previous?: Stretch;
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

export const COMPARISONS = ['previous', 'year', 'none'] as const;
/** The stretch right before, the one that began a year earlier, or nothing. */
export type Comparison = (typeof COMPARISONS)[number];

function yearBefore(date: string): string {
  const [year = '', rest = ''] = [date.slice(0, 4), date.slice(4)];
  return `${String(Number(year) - 1).padStart(4, '0')}${rest === '-02-29' ? '-02-28' : rest}`;
}

/** What a period is compared with, in the zone that its days are counted in. */
export function compared(period: Period, comparison: Comparison, zone: string): Period {
  const { previous: _previous, ...rest } = period;
  if (comparison === 'none') return rest;
  if (comparison === 'previous') return period;
  const { fromMs, toMs } = period.current;
  const fromBefore = startOfDayMs(yearBefore(dateIn(zone, fromMs)), zone);
  return { ...rest, previous: { fromMs: fromBefore, toMs: fromBefore + (toMs - fromMs) } };
}

/** A stretch of whole calendar days or between instants, up to now when it has not ended. */
export function periodBetween({ fromMs, toMs }: Stretch, zone: string): Period {
  const first = dateIn(zone, fromMs);
  const last = dateIn(zone, Math.max(fromMs, toMs - 1));
  const days: string[] = [];
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day);
  return { current: { fromMs, toMs }, previous: { fromMs: fromMs - (toMs - fromMs), toMs: fromMs }, days };
}
