import { cssColour, seriesColour } from '../../app/theme';
import type { Drawing } from '../../chart/picture';
import { money } from '../../format/numbers';
import { AXIS_MARKS, enginesOf, kindName, type Ladder, type Step } from './kind-rows';

const WIDTH = 720;
const NAME = 150;
const ROW = 44;
const BAR = 14;
const AXIS = 28;

/** Pixels for a worth; what lies beyond the axis ends with it. */
type Across = (worth: number) => number;

function drawWhisker(context: CanvasRenderingContext2D, { lower, upper }: Step, y: number, x: Across): void {
  context.strokeStyle = cssColour('--text');
  context.setLineDash(upper === null ? [2, 4] : []);
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x(lower), y);
  context.lineTo(upper === null ? WIDTH : x(upper), y);
  context.stroke();
}

/** Stretches of worth in the colours of their engines, switch points with their intervals, and the axis; for pictures. */
export function laddersDrawing(ladders: readonly Ladder[], end: number, colourOf: (engine: string) => number): Drawing {
  const scale = window.devicePixelRatio;
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH * scale;
  canvas.height = (ROW * ladders.length + AXIS) * scale;
  const drawing = { canvas, legend: enginesOf(ladders).map((name) => ({ name, colour: colourOf(name) })) };
  const context = canvas.getContext('2d');
  if (!context) return drawing;
  const x: Across = (worth) => NAME + Math.min(1, worth / end) * (WIDTH - NAME);
  context.scale(scale, scale);
  context.font = '13px system-ui, sans-serif';
  ladders.forEach(({ kind, steps }, row) => {
    const top = row * ROW;
    context.fillStyle = cssColour('--text');
    context.fillText(kindName(kind), 0, top + BAR - 2, NAME - 8);
    steps.forEach(({ engine, from }, i) => {
      context.fillStyle = seriesColour(colourOf(engine));
      context.fillRect(x(from), top, Math.max(0, x(steps[i + 1]?.from ?? end) - x(from)), BAR);
    });
    steps.slice(1).forEach((step, i) => drawWhisker(context, step, top + BAR + 6 + i * 5, x));
  });
  const format = money(ladders[0]?.currency);
  context.fillStyle = cssColour('--text-dim');
  for (const share of AXIS_MARKS) {
    context.textAlign = share === 0 ? 'left' : share === 1 ? 'right' : 'center';
    context.fillText(format(share * end), x(share * end), ROW * ladders.length + 16);
  }
  return drawing;
}
