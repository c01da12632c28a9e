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
const HALF_DAY_MS = DAY_MS / 2;

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

/** How a range is put together from whole UTC days and the shorter part of the days at its ends. */
export interface DayCover {
  readonly days: Range;
  readonly ends: readonly SignedRange[];
}

/** Days plus signed ends are exactly the range; an end is at most half a day, so few calls have to be looked at. */
export function dayCoverOf({ from, to }: Range): DayCover {
  const startsEarly = from - down(from, DAY_MS) <= HALF_DAY_MS;
  const endsLate = up(to, DAY_MS) - to <= HALF_DAY_MS;
  const first = startsEarly ? down(from, DAY_MS) : up(from, DAY_MS);
  const last = endsLate ? up(to, DAY_MS) : down(to, DAY_MS);
  if (first > last) return { days: EMPTY, ends: nonEmpty([{ from, to, sign: 1 }]) };
  const start: SignedRange = startsEarly ? { from: first, to: from, sign: -1 } : { from, to: first, sign: 1 };
  const end: SignedRange = endsLate ? { from: to, to: last, sign: -1 } : { from: last, to, sign: 1 };
  return { days: { from: first, to: last }, ends: nonEmpty([start, end]) };
}
