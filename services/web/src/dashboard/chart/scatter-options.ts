import type { AlignedData, Options } from 'uplot';
import type uPlot from 'uplot';
import type { Format } from '../format/numbers';
import { seriesColour } from '../app/theme';
import { FONT, plotColours } from './plot-colours';
import { rangeOf, type TimeChartSize } from './time-options';

/** One thing that is compared: where it stands, and how sure that is. */
export interface ScatterPoint {
  readonly name: string;
  readonly colour: number;
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

export interface ScatterData {
  readonly points: readonly ScatterPoint[];
  readonly formatX: Format;
  readonly formatY: Format;
  readonly labelX: string;
  readonly labelY: string;
}

const RADIUS = 5;

export const byX = (points: readonly ScatterPoint[]): readonly ScatterPoint[] => [...points].sort((a, b) => a.x - b.x);

export function scatterColumns({ points }: ScatterData): AlignedData {
  const sorted = byX(points);
  return [sorted.map(({ x }) => x), sorted.map(({ y }) => y)];
}

interface Label {
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

const LINE = 14;
const SHIFTS = [0, -1, 1, -2, 2];

/** Where a name stands beside its point: up or down a line where another name is in the way. */
function labelHeight(label: Label, placed: readonly Label[], line: number): number {
  const isFree = (y: number): boolean =>
    placed.every((one) => Math.abs(one.y - y) >= line || one.right < label.left || one.left > label.right);
  const shift = SHIFTS.find((lines) => isFree(label.y + lines * line)) ?? 0;
  return label.y + shift * line;
}

function drawPoints(u: uPlot, points: readonly ScatterPoint[]): void {
  const scale = devicePixelRatio;
  const { ctx } = u;
  ctx.save();
  ctx.font = `${12 * scale}px system-ui, sans-serif`;
  ctx.textBaseline = 'middle';
  const placed: Label[] = [];
  for (const { name, colour, x, y, low, high } of points) {
    const [left, top] = [u.valToPos(x, 'x', true), u.valToPos(y, 'y', true)];
    ctx.strokeStyle = ctx.fillStyle = seriesColour(colour);
    ctx.lineWidth = 2 * scale;
    ctx.beginPath();
    ctx.moveTo(left, u.valToPos(low, 'y', true));
    ctx.lineTo(left, u.valToPos(high, 'y', true));
    ctx.stroke();
    ctx.beginPath();
    ctx.arc(left, top, RADIUS * scale, 0, 2 * Math.PI);
    ctx.fill();
    ctx.fillStyle = plotColours().text;
    // Names stay inside the drawing.
    const isRight = left > u.bbox.left + u.bbox.width * 0.75;
    ctx.textAlign = isRight ? 'right' : 'left';
    const text = name.slice(0, 24);
    const from = left + (isRight ? -10 : 10) * scale;
    const width = ctx.measureText(text).width;
    const label = { left: isRight ? from - width : from, right: isRight ? from : from + width, y: top };
    const height = labelHeight(label, placed, LINE * scale);
    placed.push({ ...label, y: height });
    ctx.fillText(text, from, height);
  }
  ctx.restore();
}

/** Quality against cost: dots with whiskers and their names. */
export function scatterOptions(data: ScatterData, size: TimeChartSize): Options {
  const colours = plotColours();
  const points = byX(data.points);
  const axis = {
    stroke: colours.text,
    font: FONT,
    labelFont: FONT,
    labelSize: 20,
    ticks: { show: false },
    grid: { stroke: colours.grid, width: 1 },
  };
  const bounds = points.flatMap(({ low, high }) => [low, high]);
  return {
    ...size,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: () => rangeOf(0, Math.max(0, ...points.map(({ x }) => x)), true) },
      y: { range: () => rangeOf(Math.min(...bounds), Math.max(...bounds), false) },
    },
    axes: [
      { ...axis, label: data.labelX, size: 30, values: (_u, values) => values.map((value) => data.formatX(value)) },
      { ...axis, label: data.labelY, size: 64, values: (_u, values) => values.map((value) => data.formatY(value)) },
    ],
    series: [{}, { paths: () => null, points: { show: false } }],
    hooks: { draw: [(u) => drawPoints(u, points)] },
  };
}
