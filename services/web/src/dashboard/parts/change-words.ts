import { interval, type Format } from '../format/numbers';

/** Untold: what it was before lies within the interval of what it is now. */
export type Trend = 'better' | 'worse' | 'same' | 'untold';

/** How a figure changed, in words, and whether that is good news. */
export interface ChangeWords {
  readonly text: string;
  readonly trend: Trend;
}

/** The interval of a figure; of no figure there is none. */
export function around(
  { value, lower, upper }: { readonly value: number | null; readonly lower: number | null; readonly upper: number | null },
  format: Format,
): string | undefined {
  return value === null ? undefined : interval(lower, upper, format);
}

interface ChangeOptions {
  /** Whether more is better. */
  readonly up?: 'better' | 'worse';
  /** The interval of the figure: what it was before lies within it = the change may be chance, and gets no colour. */
  readonly within?: Compared;
}

/** What a figure was before, and its interval now. */
interface Compared {
  readonly previous: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

/** Where what was before lies of the interval of what is now; null when one of them is not known. */
export function sideOf({ previous, lower, upper }: Compared): 'below' | 'within' | 'above' | null {
  if (previous === null || lower === null || upper === null) return null;
  if (previous < lower) return 'below';
  return previous > upper ? 'above' : 'within';
}

/** A change in words, and whether it is good news. */
export function changeWords(
  change: number | null | undefined,
  format: Format,
  { up = 'better', within }: ChangeOptions = {},
): ChangeWords | null {
  if (change === null || change === undefined) return null;
  const text = format(change);
  if (!/[1-9]/.test(text)) return { text, trend: 'same' };
  if (within && sideOf(within) === 'within') return { text, trend: 'untold' };
  const isUp = change > 0;
  return { text, trend: isUp === (up === 'better') ? 'better' : 'worse' };
}
