import { useEffect, useMemo, useRef, useState, type JSX, type KeyboardEvent } from 'react';
import uPlot from 'uplot';
import { go } from '../app/router';
import { useIsDark } from '../app/theme';
import { NOTHING, interval } from '../format/numbers';
import { fullDay } from '../format/time';
import type { Drawing, OnDrawn } from '../chart/picture';
import type { Figures } from '../chart/series';
import { BEFORE, timeData, timeOptions, type TimeChartData } from '../chart/time-options';
import { ChartLegend } from './chart-legend';

const HEIGHT = 240;
const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -7, PageDown: 7 };

export interface TimeChartProps extends TimeChartData {
  /** What the chart shows, for those who do not see it. */
  readonly label: string;
  /** Told the drawing, for pictures of the chart. */
  readonly onDrawn?: OnDrawn;
  /** Where the rows behind a day are: a click or Enter goes there. */
  readonly rowsOf?: (day: string) => string;
  /** Pixels; a small one has no legend of its own. */
  readonly height?: number;
}

/** One bucket in words. */
function bucketWords({ days, series, format, unfinished }: TimeChartData, index: number): readonly string[] {
  const date = days[index];
  if (date === undefined) return [];
  const isUnfinished = unfinished && index === days.length - 1;
  const words = (name: string, { values, lower, upper }: Figures): string => {
    const bounds = lower && upper ? interval(lower[index], upper[index], format) : NOTHING;
    return `${name} ${format(values[index])}${bounds === NOTHING ? '' : ` (${bounds})`}`;
  };
  const told = series.flatMap((one) => [words(one.name, one), ...(one.before ? [words(`${one.name} before`, one.before)] : [])]);
  return [`${fullDay(date)}${isUnfinished ? ', not over' : ''}`, ...told];
}

/** What the lines of a picture stand for. */
const legendOf = ({ series, compared }: TimeChartData): Drawing['legend'] =>
  series.flatMap(({ name, colour, before }) => [
    { name, colour },
    ...(before ? [{ name: `${name} before: ${compared}`, colour, strength: BEFORE }] : []),
  ]);

/** An empty grid would look like a line at nothing. */
const isBlank = (series: TimeChartData['series']): boolean => series.every(({ values }) => values.every((value) => value === null));

/** The plot inside its host, made anew when what it is made of changes; other values only move its lines. */
function usePlot(props: TimeChartProps, setAt: (index: number | null) => void) {
  const { days, series, label, onDrawn, height = HEIGHT, unfinished, domain } = props;
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const isDark = useIsDark();
  const lines = series.map(({ name, colour, upper }) => `${name}/${colour}/${upper !== undefined}`).join();
  const shape = `${isDark} ${lines} ${props.compared ?? ''} ${days.length > 100} ${unfinished} ${domain?.join() ?? ''}`;
  const data = useMemo(() => timeData(props), [days, series, unfinished]);
  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const made = new uPlot(timeOptions(props, { width: element.clientWidth || 300, height }, setAt), data, element);
    plot.current = made;
    onDrawn?.(label, { canvas: made.ctx.canvas, legend: legendOf(props) });
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
  return { host, plot };
}

/** Where a key leads from a bucket; undefined for keys that lead nowhere. */
function stepTo(key: string, at: number | null, length: number): number | undefined {
  const step = key === 'Home' ? -length : key === 'End' ? length : STEPS[key];
  if (step === undefined) return undefined;
  return Math.max(0, Math.min(length - 1, (at ?? (step > 0 ? -1 : length)) + step));
}

/** Lines over days. The arrow keys walk from bucket to bucket, and each is told in words. */
export function TimeChart(props: TimeChartProps): JSX.Element {
  const { days, series, label, height = HEIGHT, rowsOf } = props;
  const [at, setAt] = useState<number | null>(null);
  const { host, plot } = usePlot(props, setAt);
  const open = (): void => {
    // The pointer may have moved since the last drawing of this component.
    const chosen = days[plot.current?.cursor.idx ?? at ?? -1];
    if (chosen !== undefined && rowsOf) go(rowsOf(chosen));
  };
  const onKey = (event: KeyboardEvent): void => {
    const next = stepTo(event.key, at, days.length);
    const u = plot.current;
    if (event.key === 'Enter') open();
    if (next === undefined || !u) return;
    event.preventDefault();
    u.setCursor({ left: u.valToPos(u.data[0][next] ?? 0, 'x'), top: 0 });
    setAt(next);
  };
  const isSmall = height !== HEIGHT;
  return (
    <div className="chart">
      {!isSmall && <ChartLegend {...props} />}
      <div
        ref={host}
        className={['plot', isSmall && 'small', rowsOf && 'leads'].filter(Boolean).join(' ')}
        tabIndex={0}
        role="img"
        aria-label={`${label}. Arrow keys walk through the values${rowsOf ? ', Enter opens the rows of a day' : ''}.`}
        title={rowsOf && 'Click for the rows of a day'}
        onKeyDown={onKey}
        onClick={open}
      >
        {isBlank(series) && <p className="plot-blank">No figure for any of these days</p>}
      </div>
      <p className="chart-words" aria-live="polite">
        {bucketWords(props, at ?? days.length - 1).map((word, i) => (
          <span key={i}>{word}</span>
        ))}
      </p>
    </div>
  );
}
