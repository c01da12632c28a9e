import { cssColour, seriesColour } from '../app/theme';
import type { Drawing } from './picture';

/** A length from zero, with its name and its value in words. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly shown: string;
  readonly colour?: number;
}

const WIDTH = 640;
const ROW = 30;
const NAME = 120;
const VALUE = 100;
const HEIGHT = 20;

/** The bars on a canvas, for pictures: on the page they are text and shapes. */
export function barsDrawing(bars: readonly Bar[]): Drawing {
  const scale = window.devicePixelRatio;
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH * scale;
  canvas.height = ROW * bars.length * scale;
  const most = Math.max(...bars.map(({ value }) => value), 0) || 1;
  const context = canvas.getContext('2d');
  if (context) {
    context.scale(scale, scale);
    context.font = '13px system-ui, sans-serif';
    context.textBaseline = 'middle';
    bars.forEach(({ name, value, shown, colour }, i) => {
      const middle = ROW * (i + 0.5);
      context.fillStyle = colour === undefined ? cssColour('--accent') : seriesColour(colour);
      context.fillRect(NAME, middle - HEIGHT / 2, ((WIDTH - NAME - VALUE) * value) / most, HEIGHT);
      context.fillStyle = cssColour('--text');
      context.textAlign = 'left';
      context.fillText(name, 0, middle, NAME - 8);
      context.textAlign = 'right';
      context.fillText(shown, WIDTH, middle, VALUE - 8);
    });
  }
  return { canvas, legend: [] };
}
