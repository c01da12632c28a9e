import { cssColour, seriesColour } from '../app/theme';
import { download } from './export';
import { faded } from './plot-colours';

interface LegendEntry {
  readonly name: string;
  /** Place in the palette. */
  readonly colour: number;
  /** How much of the colour is drawn, of 1; all when absent. */
  readonly strength?: number;
}

/** A drawing with what its colours stand for. */
export interface Drawing {
  readonly canvas: HTMLCanvasElement;
  readonly legend: readonly LegendEntry[];
}

/** Told every drawing of a panel under a name of its own, and null when it is gone. */
export type OnDrawn = (name: string, drawing: Drawing | null) => void;

const MARGIN = 16;
const LINE = 20;
const MOST_COLUMNS = 3;
const LEGEND = 24;
const SWATCH = 10;
const GAP = 20;

interface Place {
  readonly left: number;
  readonly line: number;
}

/** Where entries of these widths stand in lines that fit; one that is wider than a line keeps one of its own. */
export function placesOf(entries: readonly number[], width: number, gap: number): readonly Place[] {
  let [left, line] = [0, 0];
  return entries.map((entry) => {
    if (left > 0 && left + entry > width) [left, line] = [0, line + 1];
    const place = { left, line };
    left += entry + gap;
    return place;
  });
}

/** A drawing with the place of every entry of its legend, in pixels of the picture. */
interface Placed extends Drawing {
  readonly places: readonly Place[];
  readonly legendHeight: number;
}

function placed(context: CanvasRenderingContext2D, drawing: Drawing, width: number, scale: number): Placed {
  const entries = drawing.legend.map(({ name }) => (SWATCH + 6) * scale + context.measureText(name).width);
  const places = placesOf(entries, width, GAP * scale);
  const lines = places.length === 0 ? 0 : (places.at(-1)?.line ?? 0) + 1;
  return { ...drawing, places, legendHeight: lines * LEGEND * scale };
}

function drawLegend(context: CanvasRenderingContext2D, { legend, places }: Placed, [x, y]: readonly [number, number], scale: number): void {
  legend.forEach(({ name, colour, strength = 1 }, i) => {
    const { left, line } = places[i] ?? { left: 0, line: 0 };
    const top = y + line * LEGEND * scale;
    context.fillStyle = faded(seriesColour(colour), strength);
    context.fillRect(x + left, top + 4 * scale, SWATCH * scale, SWATCH * scale);
    context.fillStyle = cssColour('--text');
    context.fillText(name, x + left + (SWATCH + 6) * scale, top + 13 * scale);
  });
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
  context.font = font;
  const cellWidth = Math.max(...drawings.map(({ canvas }) => canvas.width));
  const all = drawings.map((drawing) => placed(context, drawing, cellWidth, scale));
  const cell = { width: cellWidth, height: Math.max(...all.map(({ canvas, legendHeight }) => canvas.height + legendHeight)) };
  const width = columns * (cell.width + margin) + margin;
  const words = linesOf(context, caption, width - 2 * margin);
  const top = 2 * margin + words.length * line;
  picture.width = width;
  picture.height = top + Math.ceil(drawings.length / columns) * (cell.height + margin);
  context.fillStyle = cssColour('--surface');
  context.fillRect(0, 0, picture.width, picture.height);
  context.fillStyle = cssColour('--text');
  context.font = font;
  words.forEach((text, i) => context.fillText(text, margin, margin + (i + 0.75) * line));
  all.forEach((drawing, i) => {
    const [x, y] = [margin + (i % columns) * (cell.width + margin), top + Math.floor(i / columns) * (cell.height + margin)];
    drawLegend(context, drawing, [x, y], scale);
    context.drawImage(drawing.canvas, x, y + drawing.legendHeight);
  });
  picture.toBlob((blob) => blob && download(name, blob), 'image/png');
}
