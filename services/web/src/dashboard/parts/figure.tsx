import type { JSX, ReactNode } from 'react';
import { counted, interval, type Format } from '../format/numbers';

export interface FigureProps {
  readonly label: string;
  readonly value: string;
  /** How it changed, in words, and whether that is good news; null = nothing to compare with. */
  readonly change?: { readonly text: string; readonly trend: Trend } | null;
  readonly interval?: string | undefined;
  readonly n?: string;
  readonly target?: string;
  /** How it is computed, for whoever wants to know. */
  readonly how: string;
  /** A drawing beside it; it takes the room of two. */
  readonly drawing?: ReactNode;
}

export type Trend = 'better' | 'worse' | 'same' | 'untold';

const ARROWS: Readonly<Record<Trend, string>> = { better: '▲', worse: '▼', same: '■', untold: '≈' };
const WORDS: Readonly<Record<Trend, string>> = { better: 'better', worse: 'worse', same: 'the same', untold: 'may be chance' };

/** One number with everything that makes it worth something. */
export function Figure({ label, value, change, n, target, how, ...rest }: FigureProps): JSX.Element {
  return (
    <div className={rest.drawing === undefined ? 'figure' : 'figure wide'} title={how}>
      <dt>{label}</dt>
      <dd>
        <span className="figure-value">{value}</span>
        {change && (
          <span className={`change ${change.trend}`} title={WORDS[change.trend]}>
            <span aria-hidden="true">{ARROWS[change.trend]}</span> {change.text}
            <span className="sr-only"> ({WORDS[change.trend]})</span>
          </span>
        )}
        <span className="figure-facts">
          {[rest.interval, n, target]
            .filter((text) => text !== undefined)
            .map((text) => (
              <span key={text}>{text}</span>
            ))}
        </span>
        {rest.drawing}
        <span className="sr-only">{how}</span>
      </dd>
    </div>
  );
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
  readonly within?: { readonly previous: number | null; readonly lower: number | null; readonly upper: number | null };
}

function isWithin({ previous, lower, upper }: NonNullable<ChangeOptions['within']>): boolean {
  return previous !== null && lower !== null && upper !== null && lower <= previous && previous <= upper;
}

/** A change in words, and whether it is good news. */
export function changeWords(
  change: number | null | undefined,
  format: Format,
  { up = 'better', within }: ChangeOptions = {},
): Exclude<FigureProps['change'], undefined> {
  if (change === null || change === undefined) return null;
  const text = format(change);
  if (!/[1-9]/.test(text)) return { text, trend: 'same' };
  if (within && isWithin(within)) return { text, trend: 'untold' };
  const isUp = change > 0;
  return { text, trend: isUp === (up === 'better') ? 'better' : 'worse' };
}

export const nOf = (n: number | null | undefined, noun: string): string => (n === null || n === undefined ? '' : `n = ${counted(n, noun)}`);
