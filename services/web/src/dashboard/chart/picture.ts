import { cssColour, seriesColour } from '../app/theme';
import { download } from './export';

/** A drawing with what its colours stand for. */
export interface Drawing {
  readonly canvas: HTMLCanvasElement;
  readonly legend: readonly { readonly name: string; readonly colour: number }[];
}

/** Told every drawing of a panel under a name of its own, and null when it is gone. */
export type OnDrawn = (name: string, drawing: Drawing | null) => void;

const MARGIN = 16;
const CAPTION = 40;
const LEGEND = 24;
const SWATCH = 10;

const legendHeight = ({ legend }: Drawing): number => (legend.length === 0 ? 0 : LEGEND);

function drawLegend(context: CanvasRenderingContext2D, { legend }: Drawing, top: number, scale: number): void {
  let left = MARGIN * scale;
  for (const { name, colour } of legend) {
    context.fillStyle = seriesColour(colour);
    context.fillRect(left, top + 4 * scale, SWATCH * scale, SWATCH * scale);
    context.fillStyle = cssColour('--text');
    context.fillText(name, left + (SWATCH + 6) * scale, top + 13 * scale);
    left += context.measureText(name).width + (SWATCH + 26) * scale;
  }
}

/** The drawings one below the other, with their caption and legends on their background, as a file. */
export function downloadPicture(drawings: readonly Drawing[], caption: string, name: string): void {
  const scale = window.devicePixelRatio;
  const picture = document.createElement('canvas');
  picture.width = Math.max(...drawings.map(({ canvas }) => canvas.width)) + 2 * MARGIN * scale;
  picture.height = drawings.reduce((sum, one) => sum + one.canvas.height + legendHeight(one) * scale, (2 * MARGIN + CAPTION) * scale);
  const context = picture.getContext('2d');
  if (!context) return;
  context.fillStyle = cssColour('--surface');
  context.fillRect(0, 0, picture.width, picture.height);
  context.fillStyle = cssColour('--text');
  context.font = `${13 * scale}px system-ui, sans-serif`;
  context.fillText(caption, MARGIN * scale, (MARGIN + 16) * scale, picture.width - 2 * MARGIN * scale);
  let top = (MARGIN + CAPTION) * scale;
  for (const drawing of drawings) {
    drawLegend(context, drawing, top, scale);
    top += legendHeight(drawing) * scale;
    context.drawImage(drawing.canvas, MARGIN * scale, top);
    top += drawing.canvas.height;
  }
  picture.toBlob((blob) => blob && download(name, blob), 'image/png');
}
