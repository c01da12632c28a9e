/** Half open, milliseconds since the epoch. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Where an open end lies: beyond any event. */
export const ALWAYS: Range = { from: Date.parse('0001-01-01T00:00:00Z'), to: Date.parse('9999-01-01T00:00:00Z') };

/** A range whose contents are added or, with -1, taken away. */
export interface SignedRange extends Range {
  readonly sign: 1 | -1;
}

const DAY_MS = 86_400_000;
const SLOT_MS = 900_000;

const down = (at: number, step: number): number => Math.floor(at / step) * step;
const up = (at: number, step: number): number => Math.ceil(at / step) * step;
const nonEmpty = <R extends Range>(ranges: readonly R[]): readonly R[] => ranges.filter(({ from, to }) => from < to);

/** How a range is put together from the coarsest sums that fit: UTC days, quarter hours, and single calls at the ends. */
export interface Cover {
  readonly days: Range;
  readonly slots: readonly Range[];
  readonly calls: readonly Range[];
}

const EMPTY: Range = { from: 0, to: 0 };

/** The parts are disjoint and together exactly the range. `byDay` = false leaves the day sums out (days of another zone). */
export function coverOf({ from, to }: Range, byDay: boolean): Cover {
  const [firstSlot, lastSlot] = [up(from, SLOT_MS), down(to, SLOT_MS)];
  if (firstSlot > lastSlot) return { days: EMPTY, slots: [], calls: nonEmpty([{ from, to }]) };
  const calls = nonEmpty([
    { from, to: firstSlot },
    { from: lastSlot, to },
  ]);
  const [firstDay, lastDay] = [up(firstSlot, DAY_MS), down(lastSlot, DAY_MS)];
  if (!byDay || firstDay >= lastDay) return { days: EMPTY, slots: nonEmpty([{ from: firstSlot, to: lastSlot }]), calls };
  return {
    days: { from: firstDay, to: lastDay },
    slots: nonEmpty([
      { from: firstSlot, to: firstDay },
      { from: lastDay, to: lastSlot },
    ]),
    calls,
  };
}

/** The beginnings of the unit that holds an instant and of the next one; equal when it is one itself. */
type Unit = (at: number) => { readonly start: number; readonly end: number };

const utcDay: Unit = (at) => ({ start: down(at, DAY_MS), end: up(at, DAY_MS) });

const utcMonth: Unit = (at) => {
  const date = new Date(at);
  date.setUTCHours(0, 0, 0, 0);
  date.setUTCDate(1);
  const start = date.getTime();
  if (start === at) return { start, end: start };
  return { start, end: date.setUTCMonth(date.getUTCMonth() + 1) };
};

interface Rounded {
  readonly whole: Range;
  readonly ends: readonly SignedRange[];
}

/** Moves both ends of a range to the nearest beginning of a unit; what that gains or loses comes back with its sign. */
function rounded({ from, to }: Range, unit: Unit): Rounded {
  const [first, last] = [unit(from), unit(to)];
  const startsEarly = from - first.start <= first.end - from;
  const endsLate = last.end - to <= to - last.start;
  const whole = { from: startsEarly ? first.start : first.end, to: endsLate ? last.end : last.start };
  if (whole.from > whole.to) return { whole: EMPTY, ends: nonEmpty([{ from, to, sign: 1 }]) };
  const start: SignedRange = startsEarly ? { from: whole.from, to: from, sign: -1 } : { from, to: whole.from, sign: 1 };
  const end: SignedRange = endsLate ? { from: to, to: whole.to, sign: -1 } : { from: whole.to, to, sign: 1 };
  return { whole, ends: nonEmpty([start, end]) };
}

/** How the histogram of a range is put together: whole UTC months, days of the months at its ends, calls of the days at its ends. */
export interface HistogramCover {
  readonly months: Range;
  readonly days: readonly SignedRange[];
  readonly calls: readonly SignedRange[];
}

/** The parts, added and taken away by their signs, are exactly the range; an end is at most half a unit, so little has to be read. */
export function histogramCoverOf(range: Range): HistogramCover {
  const byDay = rounded(range, utcDay);
  const byMonth = rounded(byDay.whole, utcMonth);
  return { months: byMonth.whole, days: byMonth.ends, calls: byDay.ends };
}
