import { cssColour } from '../app/theme';
import { download } from './export';

const MARGIN = 16;
const CAPTION = 40;

/** The chart with its caption on its background, as a file. */
export function downloadPicture(canvas: HTMLCanvasElement, caption: string, name: string): void {
  const scale = window.devicePixelRatio;
  const picture = document.createElement('canvas');
  picture.width = canvas.width + 2 * MARGIN * scale;
  picture.height = canvas.height + (2 * MARGIN + CAPTION) * scale;
  const context = picture.getContext('2d');
  if (!context) return;
  context.fillStyle = cssColour('--surface');
  context.fillRect(0, 0, picture.width, picture.height);
  context.fillStyle = cssColour('--text');
  context.font = `${13 * scale}px system-ui, sans-serif`;
  context.fillText(caption, MARGIN * scale, (MARGIN + 16) * scale, picture.width - 2 * MARGIN * scale);
  context.drawImage(canvas, MARGIN * scale, (MARGIN + CAPTION) * scale);
  picture.toBlob((blob) => blob && download(name, blob), 'image/png');
}
