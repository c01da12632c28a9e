import type { JSX } from 'react';

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** The value in words. */
  readonly shown: string;
  readonly colour?: number;
}

/** Lengths from zero, with their values beside them. */
export function Bars({ bars, label }: { readonly bars: readonly Bar[]; readonly label: string }): JSX.Element {
  const most = Math.max(...bars.map(({ value }) => value), 0) || 1;
  return (
    <ul className="bars" aria-label={label}>
      {bars.map(({ name, value, shown, colour }) => (
        <li key={name} className="bar-row">
          <span className="bar-name">{name}</span>
          <svg
            viewBox="0 0 100 10"
            preserveAspectRatio="none"
            aria-hidden="true"
            className={colour === undefined ? undefined : `series-${colour}`}
          >
            <rect x={0} y={1} height={8} width={(value / most) * 100} />
          </svg>
          <span className="bar-value">{shown}</span>
        </li>
      ))}
    </ul>
  );
}
