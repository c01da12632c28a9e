import uPlot, { type AlignedData, type Options } from 'uplot';
import { count, type Format } from '../format/numbers';
import { day } from '../format/time';
import { seriesColour } from '../app/theme';
import { faded, FONT, plotColours } from './plot-colours';
import { isolated, splitUnfinished, type Series, type Value } from './series';

export interface TimeChartData {
  /** Calendar dates, one per bucket, in order. */
  readonly days: readonly string[];
  readonly series: readonly Series[];
  readonly format: Format;
  /** The last bucket is not over: it is dotted. */
  readonly unfinished: boolean;
  /** The axis begins at zero; else it fits the values. */
  readonly fromZero: boolean;
  /** The ends of the axis, where charts share them. */
  readonly domain?: readonly [number, number];
  /** Which stretch `before` of the series is of, in words. */
  readonly compared?: string;
  /** A line to compare with, such as a target. */
  readonly target?: { readonly value: number; readonly label: string };
}

const MOST_POINTS = 100;
const SHORTEST_AXIS = 44;
/** How much of its colour is left of a line of the stretch compared with. */
export const BEFORE = 0.5;
/** Buckets are days: a mark between two would name one of them twice. */
const WHOLE_DAYS = [1, 2, 3, 7, 14, 30, 61, 91, 182, 365, 3_650, 36_500].map((days) => days * 86_400);

/** Counts have no mark between two whole numbers: it would be written as one of them. */
const WHOLE_STEPS = Array.from({ length: 13 }, (_, power) => [1, 2, 5].map((first) => first * 10 ** power)).flat();

export const secondsOf = (date: string): number => Date.parse(`${date}T00:00:00Z`) / 1_000;

/** Columns as uPlot wants them: days, then for every series what it was before, its solid line, its dotted end, and both bounds. */
export function timeData({ days, series, unfinished }: TimeChartData): AlignedData {
  const none: readonly Value[] = days.map(() => null);
  const columns = series.flatMap(({ values, lower = none, upper = none, before }) => [
    [...(before?.values ?? none)],
    ...splitUnfinished(values, unfinished),
    [...lower],
    [...upper],
  ]);
  return [days.map(secondsOf), ...columns] as AlignedData;
}

function linesOf(one: Series, isLong: boolean): uPlot.Series[] {
  const stroke = seriesColour(one.colour);
  const points = (values: readonly Value[]): uPlot.Series.Points =>
    isLong ? { show: true, size: 5, filter: () => [...isolated(values)] } : { show: true, size: 5, fill: stroke };
  const bound = { show: true, width: 0, points: { show: false }, stroke: 'transparent' };
  return [
    { label: `${one.name}, before`, stroke: faded(stroke, BEFORE), width: 1.5, spanGaps: false, points: { show: false } },
    { label: one.name, stroke, width: 2, spanGaps: false, points: points(one.values) },
    { label: `${one.name}, not over`, stroke, width: 2, dash: [3, 4], spanGaps: false, points: { show: false } },
    bound,
    bound,
  ];
}

function bandsOf(series: readonly Series[]): uPlot.Band[] {
  return series.flatMap((one, i) =>
    one.upper === undefined ? [] : [{ series: [5 * i + 5, 5 * i + 4] as [number, number], fill: faded(seriesColour(one.colour), 0.15) }],
  );
}

/** Room for the longest label of the axis. */
function axisSize(_u: uPlot, labels: string[] | null): number {
  const longest = Math.max(0, ...(labels ?? []).map((label) => label.length));
  return Math.max(SHORTEST_AXIS, 14 + longest * 7);
}

function drawTarget(u: uPlot, target: NonNullable<TimeChartData['target']>): void {
  const y = u.valToPos(target.value, 'y', true);
  const { left, top, width, height } = u.bbox;
  if (y < top || y > top + height) return;
  const { ctx } = u;
  ctx.save();
  ctx.strokeStyle = plotColours().text;
  ctx.fillStyle = plotColours().text;
  ctx.setLineDash([2 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(left, y);
  ctx.lineTo(left + width, y);
  ctx.stroke();
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textAlign = 'right';
  // Lines may pass behind the words.
  ctx.setLineDash([]);
  ctx.strokeStyle = plotColours().surface;
  ctx.lineWidth = 4 * devicePixelRatio;
  ctx.strokeText(target.label, left + width, y - 5 * devicePixelRatio);
  ctx.fillText(target.label, left + width, y - 5 * devicePixelRatio);
  ctx.restore();
}

export interface TimeChartSize {
  readonly width: number;
  readonly height: number;
}

/** How uPlot draws it; nothing is smoothed, a gap stays a gap. */
export function timeOptions(data: TimeChartData, size: TimeChartSize, onCursor: (index: number | null) => void): Options {
  const colours = plotColours();
  const { target, format, fromZero, domain } = data;
  const axis = { stroke: colours.text, font: FONT, ticks: { show: false }, grid: { stroke: colours.grid, width: 1 } };
  return {
    ...size,
    tzDate: (at) => uPlot.tzDate(new Date(at * 1_000), 'Etc/UTC'),
    legend: { show: false },
    cursor: { y: false, drag: { setScale: false }, points: { size: 8 } },
    scales: { x: { time: true }, y: { range: (_u, low, high) => (domain ? [...domain] : rangeOf(low, high, fromZero, target?.value)) } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        values: (_u, at) => at.map((second) => day(new Date(second * 1_000).toISOString().slice(0, 10))),
        space: 70,
        size: 30,
        incrs: WHOLE_DAYS,
      },
      {
        ...axis,
        values: (_u, values) => values.map((value) => format(value)),
        size: axisSize,
        space: 40,
        ...(format === count && { incrs: WHOLE_STEPS }),
      },
    ],
    series: [{}, ...data.series.flatMap((one) => linesOf(one, data.days.length > MOST_POINTS))],
    bands: bandsOf(data.series),
    hooks: {
      setCursor: [(u) => onCursor(u.cursor.idx ?? null)],
      draw: target === undefined ? [] : [(u) => drawTarget(u, target)],
    },
  };
}

/** The ends of the axis: with room above, and never a line of its own height. */
export function rangeOf(low: number | null, high: number | null, fromZero: boolean, target?: number): [number, number] {
  const known = [low, high, target].filter((value) => value !== null && value !== undefined);
  if (known.length === 0) return [0, 1];
  const [least, most] = [Math.min(...known, ...(fromZero ? [0] : [])), Math.max(...known, ...(fromZero ? [0] : []))];
  const room = (most - least || Math.abs(most) || 1) * 0.08;
  const bottom = least >= 0 ? Math.max(0, least - room) : least - room;
  return [fromZero && least === 0 ? 0 : bottom, most + room];
}
