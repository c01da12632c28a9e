import type { JSX } from 'react';

interface IntervalBarProps {
  readonly value: number | null;
  readonly low: number;
  readonly high: number;
  /** What the two ends of the scale stand for; the same for all rows that are compared. */
  readonly domain: readonly [number, number];
  readonly colour: number;
  /** The same in words. */
  readonly label: string;
  /** A line all rows share, such as a target. */
  readonly mark?: number;
}

/** The tip of a whisker that goes on beyond the scale; in pixels, whatever the width. */
function Beyond({ at, path }: { readonly at: string; readonly path: string }): JSX.Element {
  return (
    <svg x={at} y="50%" overflow="visible">
      <path className="beyond" d={path} />
    </svg>
  );
}

/** Dot and whisker on a scale that rows share; what is cut off by its ends has a tip there. As wide as its column, so that dots are as large in narrow ones. */
export function IntervalBar({ value, low, high, domain, colour, label, mark }: IntervalBarProps): JSX.Element {
  const [from, to] = domain;
  const isCut = { low: low < from, high: high > to };
  const x = (at: number): string => `${(Math.max(0, Math.min(1, (at - from) / (to - from || 1))) * 100).toFixed(2)}%`;
  return (
    <svg className={`interval series-${colour}`} role="img" aria-label={label}>
      <line className="axis" x1="0" x2="100%" y1="50%" y2="50%" />
      {mark !== undefined && <line className="mark" x1={x(mark)} x2={x(mark)} y1="5%" y2="95%" />}
      {value !== null && (
        <>
          <line className="whisker" x1={x(low)} x2={x(high)} y1="50%" y2="50%" />
          <circle cx={x(value)} cy="50%" r={4} />
          {isCut.low && <Beyond at={x(from)} path="M6,-4 L0,0 L6,4" />}
          {isCut.high && <Beyond at={x(to)} path="M-6,-4 L0,0 L-6,4" />}
        </>
      )}
    </svg>
  );
}
