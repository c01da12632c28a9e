import { useEffect, useRef, type JSX } from 'react';
import uPlot from 'uplot';
import { useIsDark } from '../app/theme';
import type { OnDrawn } from '../chart/picture';
import { scatterColumns, scatterOptions, type ScatterData } from '../chart/scatter-options';

const HEIGHT = 272;

interface ScatterChartProps {
  readonly data: ScatterData;
  readonly label: string;
  readonly onDrawn: OnDrawn;
}

/** Dots with whiskers; the same in words for those who do not see them. */
export function ScatterChart({ data, label, onDrawn }: ScatterChartProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const isDark = useIsDark();
  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const made = new uPlot(scatterOptions(data, { width: element.clientWidth || 300, height: HEIGHT }), scatterColumns(data), element);
    // Names stand beside their dots.
    onDrawn(label, { canvas: made.ctx.canvas, legend: [] });
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      onDrawn(label, null);
    };
  }, [data, isDark]);
  const words = data.points.map(({ name, x, y }) => `${name}: ${data.formatY(y)} at ${data.formatX(x)}`).join('; ');
  return <div ref={host} className="plot tall" role="img" aria-label={`${label}. ${words}`} />;
}
