import type { Browser } from 'playwright-core';
import { bundleOf, changedAt, interactiveAfterMs, openBrowser, watchText } from '../harness/browser';
import type { BenchContext, Figure, Section } from '../harness/figure';
import { accepted, HttpClient } from '../harness/http';
import { startProcess } from '../harness/process';
import { scratchDir } from '../harness/scratch';
import { quantile } from '../harness/statistics';
import { ratingBody } from '../harness/wire-events';

const PAGES = ['', '/engines', '/prompts', '/ratings', '/experiments', '/operations'];
/** Generations that the demo does not touch. */
const OWN_FROM = 9_500_000;
const PAUSE_MS = 300;

interface Demo {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** The demo as `npm run demo -- --keep-running` starts it, once its data are folded. */
async function startDemo(dataDir: string, events: number): Promise<Demo> {
  const running = startProcess('services/standalone/src/demo.js', {
    args: ['--events', String(events), '--keep-running'],
    env: { PORT: '0', DATA_DIR: dataDir },
  });
  const [, url = ''] = await running.line(/ready (\S+)/);
  await running.line(/Look yourself/);
  return { url, stop: () => running.stop() };
}

async function interactive(browser: Browser, url: string, samples: number): Promise<readonly Figure[]> {
  const times: number[] = [];
  const slowest = { page: '', ms: 0 };
  for (const page of PAGES) {
    for (let i = 0; i < samples; i++) {
      const ms = await interactiveAfterMs(browser, `${url}/analytics${page}`);
      times.push(ms);
      if (ms > slowest.ms) Object.assign(slowest, { page: page === '' ? '/' : page, ms });
    }
  }
  const note = `${PAGES.length} pages, ${samples} times each, nothing remembered; slowest ${Math.round(slowest.ms)} ms: ${slowest.page}`;
  return [
    { name: 'page interactive, p50', value: quantile(times, 0.5), unit: 'ms', note },
    { name: 'page interactive, p95', value: quantile(times, 0.95), unit: 'ms', wanted: { below: 2_000 } },
  ];
}

async function live(browser: Browser, url: string, events: number): Promise<readonly Figure[]> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
  await page.goto(`${url}/analytics/ratings`);
  await page.getByText('Live', { exact: true }).waitFor({ timeout: 60_000 });
  await page.locator('[data-answer] .soft').waitFor({ timeout: 60_000 });
  await page.waitForTimeout(2_000);
  await watchText(page, '[data-answer] .soft');
  const client = new HttpClient(url, 1);
  const times: number[] = [];
  for (let n = 0; n < events; n++) {
    const sentAt = Date.now();
    accepted(await client.ask('/api/analytics/rate', { method: 'POST', body: JSON.stringify(ratingBody(OWN_FROM + n)) }));
    times.push((await changedAt(page, n)) - sentAt);
    await page.waitForTimeout(PAUSE_MS);
  }
  client.close();
  await page.context().close();
  return [
    { name: 'rating sent to figure moved, p50', value: quantile(times, 0.5), unit: 'ms', note: `n = ${events}, one after the other` },
    { name: 'rating sent to figure moved, p95', value: quantile(times, 0.95), unit: 'ms' },
    { name: 'rating sent to figure moved, slowest', value: Math.max(...times), unit: 'ms', wanted: { below: 1_000 } },
  ];
}

async function manyPoints(browser: Browser): Promise<readonly Figure[]> {
  const page = await browser.newPage();
  await page.setContent('<!doctype html><body></body>');
  await page.addScriptTag({ content: await bundleOf('dashboard/chart/many-points.harness.ts') });
  const { points, drawMs, moveMs } = await page.evaluate<{ points: number; drawMs: number; moveMs: number[] }>('window.measured');
  await page.close();
  return [
    { name: 'chart of 100,000 points drawn', value: drawMs, unit: 'ms', note: `${points} points with gaps, 1,200 px wide` },
    {
      name: 'frame while the pointer moves over it, p50',
      value: quantile(moveMs, 0.5),
      unit: 'ms',
      note: `n = ${moveMs.length} moves; a frame of the screen is 16.7 ms`,
    },
    { name: 'frame while the pointer moves over it, p95', value: quantile(moveMs, 0.95), unit: 'ms', wanted: { below: 34 } },
  ];
}

/** What a page asks that is computed from all generations of its time. */
async function kinds(url: string): Promise<Figure> {
  const client = new HttpClient(url, 1);
  const times: number[] = [];
  for (let i = 0; i < 10; i++) times.push((await client.ask('/api/analytics/prompts/kinds')).ms);
  const { data } = accepted<{ data: readonly { calls: number }[] }>(await client.ask('/api/analytics/prompts/kinds'));
  client.close();
  const calls = data.reduce((sum, row) => sum + row.calls, 0);
  return { name: 'engines by kind of prompt, p50', value: quantile(times, 0.5), unit: 'ms', note: `n = 10, over ${calls} generations` };
}

async function run({ quick, dir, say }: BenchContext): Promise<readonly Figure[]> {
  const demo = await startDemo(await scratchDir(dir), quick ? 10_000 : 100_000);
  say('the demo has its data');
  const browser = await openBrowser();
  try {
    return [
      ...(await interactive(browser, demo.url, quick ? 2 : 5)),
      ...(await live(browser, demo.url, quick ? 15 : 50)),
      ...(await manyPoints(browser)),
      await kinds(demo.url),
    ];
  } finally {
    await browser.close();
    await demo.stop();
  }
}

export const web: Section = {
  name: 'web',
  title:
    'The dashboard in Chromium before the whole product with the demo’s data (100,000 events; quick 10,000): pages, live figures, a long chart.',
  run,
};
