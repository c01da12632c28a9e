import type { Locator, Page } from 'playwright-core';
import { parse } from 'csv-parse/sync';
import { readFile } from 'node:fs/promises';

type Value = unknown;
export type Row = Readonly<Record<string, Value>>;

/** A panel of the dashboard with its table open: what it shows, and what it gives away. */
export interface ShownPanel {
  /** Its name in the address and in files. */
  readonly id: string;
  readonly title: string;
  /** What its columns are called in files. */
  readonly columns: readonly string[];
  /** The cells as they are read, row by row; a drawing by what it says of itself. */
  readonly cells: readonly (readonly string[])[];
  readonly csv: readonly Row[];
  readonly json: readonly Row[];
  /** The call that it names as its source; empty without one. */
  readonly api: string;
}

async function downloaded(page: Page, panel: Locator, name: 'CSV' | 'JSON'): Promise<{ readonly id: string; readonly text: string }> {
  await panel.locator('details.menu > summary').click();
  const [file] = await Promise.all([page.waitForEvent('download'), panel.getByRole('button', { name, exact: true }).click()]);
  await panel.locator('details.menu > summary').click();
  return { id: file.suggestedFilename().replace(/\.\w+$/, ''), text: await readFile(await file.path(), 'utf8') };
}

const PANELS = 'section.panel:has(> footer details.menu)';

/** Runs in the page. */
const READ = `[...document.querySelectorAll(${JSON.stringify(PANELS)})].map((panel) => ({
  title: panel.getAttribute('aria-label'),
  api: panel.querySelector('.menu-items a')?.getAttribute('href') ?? '',
  columns: [...panel.querySelectorAll('th')].map((head) => head.dataset.column),
  cells: [...panel.querySelectorAll('tbody tr')].map((row) => [...row.cells].map((cell) =>
    cell.querySelector('svg')?.getAttribute('aria-label') ?? cell.innerText.trim())),
}))`;

/** Every panel of the page that can be taken along. */
export async function shownPanels(page: Page): Promise<readonly ShownPanel[]> {
  const read = await page.evaluate<readonly Pick<ShownPanel, 'title' | 'api' | 'columns' | 'cells'>[]>(READ);
  const shown: ShownPanel[] = [];
  for (const [i, panel] of (await page.locator(PANELS).all()).entries()) {
    const csv = await downloaded(page, panel, 'CSV');
    const json = await downloaded(page, panel, 'JSON');
    shown.push({
      ...(read[i] ?? { title: '', api: '', columns: [], cells: [] }),
      id: csv.id,
      csv: parse(csv.text, { columns: true }),
      json: JSON.parse(json.text) as readonly Row[],
    });
  }
  return shown;
}

/** A value as files of rows hold it, whichever kind of file: lists joined, nothing as nothing, formulas made text. */
export function plain(value: Value): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(plain).join(' ');
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

const UNITS: Readonly<Record<string, number>> = { '%': 0.01, s: 1, ms: 0.001 };
const NUMBERS = /([−+±-]?)[$]?(\d[\d,]*(?:\.\d+)?)\s*(%|ms|s)?/g;

/** Whether a number of a cell is this one, to the digit that it shows; null when there is no number. */
export function says(cell: string, value: number): boolean | null {
  const found = [...cell.matchAll(NUMBERS)];
  // The ends of an interval share the unit that stands behind the second.
  const last = found.at(-1)?.[3] ?? '';
  const isSaid = ([, sign = '', digits = '', unit = last]: RegExpExecArray): boolean => {
    const scale = UNITS[unit] ?? 1;
    const decimals = digits.split('.')[1]?.length ?? 0;
    const said = Number(digits.replaceAll(',', '')) * scale * (sign === '−' || sign === '-' ? -1 : 1);
    return Math.abs(said - value) <= scale * 0.5000001 * 10 ** -decimals;
  };
  return found.length === 0 ? null : found.some(isSaid);
}
