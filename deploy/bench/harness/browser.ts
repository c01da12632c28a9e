import path from 'node:path';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { chromiumPath } from './config';
import { ROOT } from './process';

const LONGEST_MS = 60_000;
const POLL_MS = 20;

/** Chromium as the browser tests run it. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] });
}

/** A file of the browser code as one script. */
export async function bundleOf(file: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [path.join('services/web/src', file)],
    bundle: true,
    write: false,
    format: 'iife',
    tsconfig: path.join(ROOT, 'services/web/tsconfig.json'),
  });
  return outputFiles[0]?.text ?? '';
}

/** Notes when the page first has its figures and the main thread is free to answer: milliseconds since the navigation began. */
const WATCH = `(() => {
  const isThere = () => document.querySelector('[data-answer], .empty') !== null && document.querySelector('.loading, [aria-busy=true]') === null;
  const look = () => requestAnimationFrame(() => setTimeout(() => (isThere() ? (window.interactiveAt = performance.now()) : look())));
  look();
})()`;

/** A number that the page will have noted; the page's policy forbids to wait inside of it. */
async function told(page: Page, expression: string): Promise<number> {
  const until = performance.now() + LONGEST_MS;
  while (performance.now() < until) {
    const value = await page.evaluate<number | undefined>(expression);
    if (value !== undefined) return value;
    await page.waitForTimeout(POLL_MS);
  }
  throw new Error(`the page did not come to ${expression}`);
}

/** Opens a page without anything remembered from before. */
export async function interactiveAfterMs(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(WATCH);
  await page.goto(url, { waitUntil: 'commit' });
  const ms = await told(page, 'window.interactiveAt');
  await context.close();
  return ms;
}

/** Keeps the time of every change of a text. */
export async function watchText(page: Page, selector: string): Promise<void> {
  await page.evaluate(`(() => {
    const text = () => document.querySelector(${JSON.stringify(selector)})?.textContent;
    let before = text();
    window.changes = [];
    new MutationObserver(() => { if (text() !== before) { before = text(); window.changes.push(Date.now()); } })
      .observe(document.body, { subtree: true, childList: true, characterData: true });
  })()`);
}

/** When the text changed for the n-th time, counted from 0; the clock of this machine. */
export async function changedAt(page: Page, n: number): Promise<number> {
  return told(page, `window.changes[${n}]`);
}
