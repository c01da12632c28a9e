const MS_PER_DAY = 86_400_000;
const padded = (digits: number): string[] => Array.from({ length: 10 ** digits }, (_, n) => String(n).padStart(digits, '0'));
const TWO = padded(2);
const THREE = padded(3);

let lastDay = Number.NaN;
let lastDayText = '';

/** What stands before the time of an instant, from the year to the T. Throws RangeError when it is no instant of a Date. */
export function dayText(atMs: number): string {
  const day = Math.floor(Math.trunc(atMs) / MS_PER_DAY);
  if (day !== lastDay) {
    lastDayText = new Date(day * MS_PER_DAY).toISOString().slice(0, -'00:00:00.000Z'.length);
    lastDay = day;
  }
  return lastDayText;
}

/** Milliseconds since midnight in UTC. */
export function msOfDay(atMs: number): number {
  const ms = Math.trunc(atMs);
  return ms - Math.floor(ms / MS_PER_DAY) * MS_PER_DAY;
}

/**
 * RFC 3339 in UTC to the millisecond, as `Date.toISOString` writes it, at a third of the cost: the instants of a batch are mostly of one
 * day. Throws RangeError when it is no instant of a Date.
 */
export function instantText(atMs: number): string {
  const day = dayText(atMs);
  const ofDay = msOfDay(atMs);
  const seconds = Math.floor(ofDay / 1_000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return `${day}${TWO[hours]}:${TWO[minutes - hours * 60]}:${TWO[seconds - minutes * 60]}.${THREE[ofDay - seconds * 1_000]}Z`;
}
