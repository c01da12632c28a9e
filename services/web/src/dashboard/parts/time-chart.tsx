import { useEffect, useMemo, useRef, useState, type JSX, type KeyboardEvent } from 'react';
import uPlot from 'uplot';
import { useIsDark } from '../app/theme';
import { NOTHING, interval } from '../format/numbers';
import { fullDay } from '../format/time';
import type { OnDrawn } from '../chart/picture';
import { timeData, timeOptions, type TimeChartData } from '../chart/time-options';
import { ChartLegend } from './chart-legend';

const HEIGHT = 240;
const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -7, PageDown: 7 };

export interface TimeChartProps extends TimeChartData {
  /** What the chart shows, for those who do not see it. */
  readonly label: string;
  /** Told the drawing, for pictures of the chart. */
  readonly onDrawn?: OnDrawn;
  /** Pixels; a small one has no legend of its own. */
  readonly height?: number;
}

/** One bucket in words. */
function bucketWords({ days, series, format, unfinished }: TimeChartData, index: number): readonly string[] {
  const date = days[index];
  if (date === undefined) return [];
  const isUnfinished = unfinished && index === days.length - 1;
  const values = series.map(({ name, values: all, lower, upper }) => {
    const bounds = lower && upper ? interval(lower[index], upper[index], format) : NOTHING;
    return `${name} ${format(all[index])}${bounds === NOTHING ? '' : ` (${bounds})`}`;
  });
  return [`${fullDay(date)}${isUnfinished ? ', not over' : ''}`, ...values];
}

/** Lines over days. The arrow keys walk from bucket to bucket, and each is told in words. */
export function TimeChart(props: TimeChartProps): JSX.Element {
  const { days, series, label, onDrawn, height = HEIGHT } = props;
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const isDark = useIsDark();
  const shape = `${isDark} ${series.map(({ name, colour, upper }) => `${name}/${colour}/${upper !== undefined}`).join()} ${days.length > 100} ${props.unfinished} ${props.domain?.join() ?? ''}`;
  const data = useMemo(() => timeData(props), [days, series, props.unfinished]);
  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const made = new uPlot(timeOptions(props, { width: element.clientWidth || 300, height }, setAt), data, element);
    plot.current = made;
    onDrawn?.(label, { canvas: made.ctx.canvas, legend: series.map(({ name, colour }) => ({ name, colour })) });
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
      onDrawn?.(label, null);
    };
  }, [shape]);
  useEffect(() => plot.current?.setData(data), [data]);
  const move = (event: KeyboardEvent): void => {
    const step = event.key === 'Home' ? -days.length : event.key === 'End' ? days.length : STEPS[event.key];
    const u = plot.current;
    if (step === undefined || !u) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(days.length - 1, (at ?? (step > 0 ? -1 : days.length)) + step));
    u.setCursor({ left: u.valToPos(u.data[0][next] ?? 0, 'x'), top: 0 });
    setAt(next);
  };
  const words = bucketWords(props, at ?? days.length - 1);
  return (
    <div className="chart">
      {height === HEIGHT && <ChartLegend {...props} />}
      <div
        ref={host}
        className={height === HEIGHT ? 'plot' : 'plot small'}
        tabIndex={0}
        role="img"
        aria-label={`${label}. Arrow keys walk through the values.`}
        onKeyDown={move}
      />
      <p className="chart-words" aria-live="polite">
        {words.map((word, i) => (
          <span key={i}>{word}</span>
        ))}
      </p>
    </div>
  );
}
