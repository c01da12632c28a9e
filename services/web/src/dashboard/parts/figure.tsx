import type { JSX, ReactNode } from 'react';
import { counted } from '../format/numbers';
import type { ChangeWords, Trend } from './change-words';

export interface FigureProps {
  readonly label: string;
  readonly value: string;
  /** Null = nothing to compare with. */
  readonly change?: ChangeWords | null;
  readonly interval?: string | undefined;
  readonly n?: string;
  readonly target?: string;
  /** How it is computed, for whoever wants to know. */
  readonly how: string;
  /** A drawing beside it; it takes the room of two. */
  readonly drawing?: ReactNode;
}

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

export const nOf = (n: number | null | undefined, noun: string): string => (n === null || n === undefined ? '' : `n = ${counted(n, noun)}`);
