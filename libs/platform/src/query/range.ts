import { ProblemError } from '../problem/problem-error';
import { isCalendarDate, startOfDayMs } from './time-zone';

/** A stretch of time, half open; a missing end is open. Milliseconds since the epoch. */
export interface TimeRange {
  readonly fromMs?: number;
  readonly toMs?: number;
}

interface Asked {
  readonly from?: string;
  readonly to?: string;
  readonly tz?: string;
}

const instantOf = (day: string, zone: string): number => (isCalendarDate(day) ? startOfDayMs(day, zone) : Date.parse(day));

/** `from` (inclusive) and `to` (exclusive) of a query as instants. Throws `invalid_query` when it ends before it begins. */
export function resolveRange(query: Asked): TimeRange {
  const zone = query.tz ?? 'UTC';
  const fromMs = query.from === undefined ? undefined : instantOf(query.from, zone);
  const toMs = query.to === undefined ? undefined : instantOf(query.to, zone);
  if (fromMs !== undefined && toMs !== undefined && toMs < fromMs) {
    throw new ProblemError('invalid_query', { errors: [{ pointer: '/to', code: 'before_from', message: 'to must not be before from' }] });
  }
  return { ...(fromMs !== undefined && { fromMs }), ...(toMs !== undefined && { toMs }) };
}
