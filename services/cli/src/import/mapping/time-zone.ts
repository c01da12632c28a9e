const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, number>();
const OFFSETS_KEPT = 10_000;

export function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function offsetAt(zone: string, ms: number): number {
  let format = formats.get(zone);
  if (!format) formats.set(zone, (format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })));
  const name = format.formatToParts(ms).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
  const match = /GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?/.exec(name);
  if (!match) return 0;
  const seconds = (Number(match[2]) * 60 + Number(match[3])) * 60 + Number(match[4] ?? 0);
  return (match[1] === '-' ? -1 : 1) * seconds * 1000;
}

function solve(zone: string, localMs: number): number {
  const before = offsetAt(zone, localMs - DAY_MS);
  const after = offsetAt(zone, localMs + DAY_MS);
  // Of a time that comes twice this is the first; a time that the clocks skip is read as if they had not jumped yet.
  if (offsetAt(zone, localMs - before) === before) return before;
  return offsetAt(zone, localMs - after) === after ? after : before;
}

/** What must be subtracted from a wall-clock time (as if it were UTC) in a zone to get the instant. */
export function zoneOffsetMs(zone: string, localMs: number): number {
  if (zone === 'UTC') return 0;
  const minute = Math.floor(localMs / 60_000);
  const key = `${zone} ${minute}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  if (offsets.size >= OFFSETS_KEPT) offsets.clear();
  const offset = solve(zone, minute * 60_000);
  offsets.set(key, offset);
  return offset;
}
