import { useEffect, type JSX } from 'react';
import { useIsDark } from '../app/theme';
import { barsDrawing, type Bar } from '../chart/bars-drawing';
import type { OnDrawn } from '../chart/picture';

interface BarsProps {
  readonly bars: readonly Bar[];
  readonly label: string;
  /** Told the drawing, for pictures of it. */
  readonly onDrawn?: OnDrawn;
}

/** Lengths from zero, with their values beside them. */
export function Bars({ bars, label, onDrawn }: BarsProps): JSX.Element {
  const most = Math.max(...bars.map(({ value }) => value), 0) || 1;
  const isDark = useIsDark();
  const content = JSON.stringify(bars);
  useEffect(() => {
    onDrawn?.(label, barsDrawing(bars));
    return () => onDrawn?.(label, null);
  }, [content, label, isDark]);
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
