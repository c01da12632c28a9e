import { addDays } from '../format/time';

export type Value = number | null;

/** A figure of every bucket. */
export interface Figures {
  readonly values: readonly Value[];
  /** Interval of each value. */
  readonly lower?: readonly Value[];
  readonly upper?: readonly Value[];
}

/** One line of a chart over days. */
export interface Series extends Figures {
  readonly name: string;
  /** Place in the palette; -1 is grey. */
  readonly colour: number;
  /** What it was in the stretch compared with, bucket by bucket; drawn without its intervals. */
  readonly before?: Figures;
}

/** An end of the interval of a figure. Of no figure there is none: answers name the ends of the scale for it. */
export const endOf = <Of extends string, End extends string>(row: Readonly<Record<Of | End, Value>>, of: Of, end: End): Value =>
  row[of] === null ? null : row[end];

/** All days from the first to the last, both included. */
export function daysFrom(first: string, last: string): readonly string[] {
  const days: string[] = [];
  for (let day = first; day <= last && days.length < 4_000; day = addDays(day, 1)) days.push(day);
  return days;
}

/** Values by day; a day without a row has none, which is a gap and not a zero. */
export function valuesByDay<Row extends { readonly day?: string }>(
  days: readonly string[],
  rows: readonly Row[],
  valueOf: (row: Row) => number | null | undefined,
): readonly Value[] {
  const byDay = new Map(rows.map((row) => [row.day, valueOf(row) ?? null]));
  return days.map((day) => byDay.get(day) ?? null);
}

/** The last bucket apart: what is drawn solid, and the dotted way to the bucket that is not over. */
export function splitUnfinished(values: readonly Value[], isUnfinished: boolean): readonly [solid: Value[], dotted: Value[]] {
  if (!isUnfinished || values.length === 0) return [[...values], values.map(() => null)];
  const end = values.length - 1;
  return [values.map((value, i) => (i === end ? null : value)), values.map((value, i) => (i >= end - 1 ? value : null))];
}

/** A value that stands between gaps has no line and needs a point to be seen. */
export function isolated(values: readonly Value[]): readonly number[] {
  return values.flatMap((value, i) => (value !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null ? [i] : []));
}
