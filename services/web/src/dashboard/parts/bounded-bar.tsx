import type { JSX } from 'react';
import { interval, percent } from '../format/numbers';
import { IntervalBar } from './interval-bar';

interface BoundedBar<Row> {
  /** What the two ends of the scale stand for; the same for all rows. */
  readonly domain: readonly [number, number];
  readonly colour: number | ((row: Row) => number);
  /** The share in words, for those who do not see the bar. */
  readonly words: (share: string) => string;
  /** Where one would like to be. */
  readonly mark?: number;
}

/** Shows a share with its interval as a bar around it. */
export function boundedBar<
  Value extends string,
  End extends string,
  Row extends Readonly<Record<Value, number | null> & Record<End, number>>,
>(
  [value, low, high]: readonly [value: Value, low: End, high: End],
  { domain, colour, words, mark }: BoundedBar<Row>,
): (row: Row) => JSX.Element {
  return (row) => (
    <IntervalBar
      value={row[value]}
      low={row[low]}
      high={row[high]}
      domain={domain}
      colour={typeof colour === 'number' ? colour : colour(row)}
      label={`${words(percent(row[value]))} (${interval(row[low], row[high])})`}
      {...(mark !== undefined && { mark })}
    />
  );
}
