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
const LINE = 20;
const MOST_COLUMNS = 3;
const LEGEND = 24;
const SWATCH = 10;

const legendHeight = ({ legend }: Drawing): number => (legend.length === 0 ? 0 : LEGEND);

function drawLegend(context: CanvasRenderingContext2D, { legend }: Drawing, at: readonly [number, number], scale: number): void {
  let [left] = at;
  const [, top] = at;
  for (const { name, colour } of legend) {
    context.fillStyle = seriesColour(colour);
    context.fillRect(left, top + 4 * scale, SWATCH * scale, SWATCH * scale);
    context.fillStyle = cssColour('--text');
    context.fillText(name, left + (SWATCH + 6) * scale, top + 13 * scale);
    left += context.measureText(name).width + (SWATCH + 26) * scale;
  }
}

/** Words in lines that fit; a word that is longer than a line keeps one of its own. */
function linesOf(context: CanvasRenderingContext2D, text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && context.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** The drawings side by side, with their caption and legends on their background, as a file. */
export function downloadPicture(drawings: readonly Drawing[], caption: string, name: string): void {
  const scale = window.devicePixelRatio;
  const picture = document.createElement('canvas');
  const context = picture.getContext('2d');
  if (!context) return;
  const [margin, line] = [MARGIN * scale, LINE * scale];
  const font = `${13 * scale}px system-ui, sans-serif`;
  const columns = Math.min(MOST_COLUMNS, drawings.length);
  const cell = {
    width: Math.max(...drawings.map(({ canvas }) => canvas.width)),
    height: Math.max(...drawings.map((one) => one.canvas.height + legendHeight(one) * scale)),
  };
  const width = columns * (cell.width + margin) + margin;
  context.font = font;
  const words = linesOf(context, caption, width - 2 * margin);
  const top = 2 * margin + words.length * line;
  picture.width = width;
  picture.height = top + Math.ceil(drawings.length / columns) * (cell.height + margin);
  context.fillStyle = cssColour('--surface');
  context.fillRect(0, 0, picture.width, picture.height);
  context.fillStyle = cssColour('--text');
  context.font = font;
  words.forEach((text, i) => context.fillText(text, margin, margin + (i + 0.75) * line));
  drawings.forEach((drawing, i) => {
    const [x, y] = [margin + (i % columns) * (cell.width + margin), top + Math.floor(i / columns) * (cell.height + margin)];
    drawLegend(context, drawing, [x, y], scale);
    context.drawImage(drawing.canvas, x, y + legendHeight(drawing) * scale);
  });
  picture.toBlob((blob) => blob && download(name, blob), 'image/png');
}
