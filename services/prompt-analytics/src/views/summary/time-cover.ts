import { startOfDayMs } from '@picly/platform';

/** Half open, milliseconds since the epoch. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Where an open end lies: beyond any event. */
export const ALWAYS: Range = { from: Date.parse('0001-01-01T00:00:00Z'), to: Date.parse('9999-01-01T00:00:00Z') };

/** A part of a range and the length of the buckets it is made of; 0 = shorter than any, to be read from the facts. */
export interface Piece extends Range {
  readonly grainMinutes: number;
}

/** How a range is put together. */
export interface Cover {
  readonly buckets: readonly Piece[];
  /** What is left at the ends: at most two. */
  readonly rests: readonly Piece[];
}

function piecesOf({ from, to }: Range, grainsMinutes: readonly number[]): Piece[] {
  if (from >= to) return [];
  const [grain, ...finer] = grainsMinutes;
  if (grain === undefined) return [{ grainMinutes: 0, from, to }];
  const ms = grain * 60_000;
  const [first, last] = [Math.ceil(from / ms) * ms, Math.floor(to / ms) * ms];
  if (first >= last) return piecesOf({ from, to }, finer);
  return [{ grainMinutes: grain, from: first, to: last }, ...piecesOf({ from, to: first }, finer), ...piecesOf({ from: last, to }, finer)];
}

/** Cuts a range into whole buckets, the longest first, and rests. The pieces are disjoint and together the range. */
export function coverOf(range: Range, grainsMinutes: readonly number[]): Cover {
  const pieces = piecesOf(range, grainsMinutes);
  return { buckets: pieces.filter((piece) => piece.grainMinutes > 0), rests: pieces.filter((piece) => piece.grainMinutes === 0) };
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Clocks do not change twice within so many days. */
const STEP_DAYS = 7;
const EARLIEST = Date.UTC(2000, 0, 2);
const LATEST = Date.UTC(2100, 0, 1);

/** The lengths of buckets, longest first, that never straddle a midnight of the zone within the range. */
export function grainsWithinDays(zone: string, range: Range): readonly number[] {
  if (zone === 'UTC' || zone === 'Etc/UTC') return [1440, 60, 15];
  const end = Math.min(range.to, LATEST) + DAY_MS;
  for (let at = Math.max(range.from - DAY_MS, EARLIEST); at <= end; at += STEP_DAYS * DAY_MS) {
    if (startOfDayMs(new Date(at).toISOString().slice(0, 10), zone) % HOUR_MS !== 0) return [15];
  }
  return [60, 15];
}
