import type { JSX, ReactNode } from 'react';
import { counted, type Format } from '../format/numbers';

export interface FigureProps {
  readonly label: string;
  readonly value: string;
  /** How it changed, in words, and whether that is good news; null = nothing to compare with. */
  readonly change?: { readonly text: string; readonly trend: Trend } | null;
  readonly interval?: string;
  readonly n?: string;
  readonly target?: string;
  /** How it is computed, for whoever wants to know. */
  readonly how: string;
  readonly children?: ReactNode;
}

export type Trend = 'better' | 'worse' | 'same';

const ARROWS: Readonly<Record<Trend, string>> = { better: '▲', worse: '▼', same: '■' };

/** One number with everything that makes it worth something. */
export function Figure({ label, value, change, interval, n, target, how, children }: FigureProps): JSX.Element {
  return (
    <div className="figure" title={how}>
      <dt>{label}</dt>
      <dd>
        <span className="figure-value">{value}</span>
        {change && (
          <span className={`change ${change.trend}`}>
            <span aria-hidden="true">{ARROWS[change.trend]}</span> {change.text}
            <span className="sr-only"> ({change.trend})</span>
          </span>
        )}
        <span className="figure-facts">
          {[interval, n, target]
            .filter((text) => text !== undefined)
            .map((text) => (
              <span key={text}>{text}</span>
            ))}
        </span>
        {children}
        <span className="sr-only">{how}</span>
      </dd>
    </div>
  );
}

/** A change in words; `up` says whether more is better. */
export function changeWords(
  change: number | null | undefined,
  format: Format,
  up: 'better' | 'worse' = 'better',
): Exclude<FigureProps['change'], undefined> {
  if (change === null || change === undefined) return null;
  const text = format(change);
  if (!/[1-9]/.test(text)) return { text, trend: 'same' };
  const isUp = change > 0;
  return { text, trend: isUp === (up === 'better') ? 'better' : 'worse' };
}

export const nOf = (n: number | null | undefined, noun: string): string => (n === null || n === undefined ? '' : `n = ${counted(n, noun)}`);
