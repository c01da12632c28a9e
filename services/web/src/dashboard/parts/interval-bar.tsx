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

const WIDTH = 200;
const HEIGHT = 20;

/** Dot and whisker on a scale that rows share. */
export function IntervalBar({ value, low, high, domain, colour, label, mark }: IntervalBarProps): JSX.Element {
  const [from, to] = domain;
  const x = (at: number): number => Math.max(3, Math.min(WIDTH - 3, ((at - from) / (to - from || 1)) * WIDTH));
  return (
    <svg className={`interval series-${colour}`} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <line className="axis" x1={0} x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} />
      {mark !== undefined && <line className="mark" x1={x(mark)} x2={x(mark)} y1={1} y2={HEIGHT - 1} />}
      {value !== null && (
        <>
          <line className="whisker" x1={x(low)} x2={x(high)} y1={HEIGHT / 2} y2={HEIGHT / 2} />
          <circle cx={x(value)} cy={HEIGHT / 2} r={4.5} />
        </>
      )}
    </svg>
  );
}
