// Takes a picture of every page of the dashboard on the demo's data: `npm run screenshots [-- --url http://…] [--out dir] [--only name]`.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const { values } = parseArgs({
  options: { url: { type: 'string' }, out: { type: 'string' }, only: { type: 'string' }, events: { type: 'string', default: '40000' } },
});
const out = path.resolve(root, values.out ?? 'docs/screenshots');

/** The demo as a process of its own, with data that is thrown away. */
async function startDemo() {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'picly-screenshots-'));
  const child = spawn(process.execPath, ['dist/services/standalone/src/demo.js', '--events', values.events, '--keep-running'], {
    cwd: root,
    env: { ...process.env, PORT: '0', DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (said.includes('Look yourself')) resolve(/ready (\S+)/.exec(said)?.[1]);
    });
    child.once('exit', () => reject(new Error(`the demo ended: ${said}`)));
  });
  const stop = async () => {
    child.removeAllListeners('exit');
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
    await rm(dataDir, { recursive: true, force: true });
  };
  return { url, stop };
}

async function get(url, call) {
  const answer = await fetch(`${url}/api/analytics/${call}`);
  return answer.ok ? answer.json() : { data: [] };
}

/** One of the demo's experiments with everything an experiment can have; known from an earlier run it stays as it is. */
async function defineExperiment(url) {
  const post = (call, body) =>
    fetch(`${url}/api/analytics/admin/experiments${call}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, author: 'analyst', reason: 'a screenshot' }),
    });
  const arms = [{ key: 'control' }, { key: 'treatment' }];
  const hypothesis = 'People who are guided to a prompt upgrade more often.';
  const secondary_metrics = ['rated_high', 'downloaded'];
  const metrics = { primary_metric: 'converted:upgrade', secondary_metrics, guardrails: [{ metric: 'failure_rate' }] };
  const defined = await post('', { key: 'guided-prompts', hypothesis, arms, ...metrics });
  if (defined.ok) await post('/guided-prompts/state', { state: 'running', revision: 1 });
}

/** What is photographed: name, address, width, theme. */
async function shots(url) {
  const top = await get(url, 'top-prompts?limit=1');
  const rated = await get(url, 'ratings?limit=1&order=newest&has=feedback');
  const prompt = top.data[0]?.prompt_hash;
  const generation = rated.data[0]?.generation_id;
  return [
    ['overview', '?range=14d', 1280, 'light'],
    ['overview-dark', '?range=14d', 1280, 'dark'],
    ['overview-phone', '', 360, 'light'],
    ['engines', 'engines', 1280, 'light'],
    ['engines-dark', 'engines', 1280, 'dark'],
    ['engines-phone', 'engines', 360, 'dark'],
    ['engines-wall', 'engines', 2560, 'light'],
    ['prompts', 'prompts', 1280, 'light'],
    prompt && ['prompt', `prompts/${prompt}`, 1280, 'light'],
    ['ratings', 'ratings', 1280, 'light'],
    generation && ['generation', `ratings/${generation}`, 1280, 'light'],
    ['experiments', 'experiments', 1280, 'light'],
    ['experiment', 'experiments/guided-prompts', 1280, 'light'],
    ['operations', 'operations', 1280, 'light'],
    ['first-event', 'start', 1280, 'light'],
    ['first-event-phone', 'start', 360, 'dark'],
  ].filter((shot) => shot && (values.only === undefined || values.only.split(',').includes(shot[0])));
}

/** The widget on a page of somebody else: name, width, theme, stars chosen. */
const WIDGETS = [
  ['widget', 1280, 'light', 4],
  ['widget-dark', 1280, 'dark', 2],
  ['widget-phone', 360, 'light', 5],
].filter(([name]) => values.only === undefined || values.only.split(',').includes(name));

const generatorPage = (url, theme) => `<!doctype html><html lang="en"><head><title>A generator</title>
  <meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="${url}/static/rating-system.css">
  <style>body { font: 16px system-ui; margin: 40px; color-scheme: ${theme}; } main { max-width: 720px; } img { width: 100%; border-radius: 8px; }</style></head>
  <body><main><h1>A lighthouse at dawn, oil on canvas</h1><img alt="" id="made"><p><button>Download</button> <button>Share</button></p></main>
  <script src="${url}/static/rating-system.js" data-user="screenshot"></script></body></html>`;

/** A picture as a generator might have made it. */
const DRAWN = `(() => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 720, height: 400 });
  const c = canvas.getContext('2d');
  for (const [from, colour] of [[0, '#f6c28b'], [120, '#e98b6d'], [210, '#8a6fa8'], [270, '#2d5d8a'], [330, '#1f4467']]) { c.fillStyle = colour; c.fillRect(0, from, 720, 400 - from); }
  c.fillStyle = '#ffe9c0'; c.beginPath(); c.arc(520, 200, 46, 0, 7); c.fill();
  c.fillStyle = '#f4f1ea'; c.beginPath(); c.moveTo(196, 300); c.lineTo(210, 120); c.lineTo(240, 120); c.lineTo(254, 300); c.fill();
  c.fillStyle = '#b7412f'; for (const y of [150, 210, 270]) c.fillRect(201, y, 48, 22); c.fillRect(204, 96, 42, 26);
  c.fillStyle = '#3b3a36'; c.beginPath(); c.ellipse(225, 310, 130, 34, 0, 0, 7); c.fill();
  return (document.getElementById('made').src = canvas.toDataURL());
})()`;

async function takeWidget(browser, url, [name, width, theme, stars]) {
  const page = await browser.newPage({ viewport: { width, height: width < 600 ? 740 : 720 }, colorScheme: theme, reducedMotion: 'reduce' });
  const elsewhere = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(generatorPage(url, theme)));
  await new Promise((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  await page.goto(`http://127.0.0.1:${elsewhere.address().port}/`);
  const image = await page.evaluate(DRAWN);
  await page.evaluate(`ratingSystem.showRatingModal(crypto.randomUUID(), ${JSON.stringify(image)}, { again: true })`);
  await page
    .locator('.picly-rating [role=radio]')
    .nth(stars - 1)
    .click();
  await page.waitForTimeout(400);
  await page.screenshot({ path: path.join(out, `${name}.png`) });
  console.log(`${name}.png`);
  await page.close();
  elsewhere.close();
}

/** Everything asked for has come, and is drawn. */
async function settled(page) {
  await page.waitForSelector('[data-answer], .empty, .failed', { timeout: 90_000 });
  for (const busy of ['.loading', '[aria-busy=true]']) await page.locator(busy).first().waitFor({ state: 'detached', timeout: 90_000 });
  await page.waitForTimeout(400);
}

const executablePath = process.env.PICLY_TEST_CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((file) => existsSync(file));
const demo = values.url === undefined ? await startDemo() : { url: values.url, stop: async () => undefined };
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] });
try {
  await mkdir(out, { recursive: true });
  await defineExperiment(demo.url);
  for (const [name, address, width, theme] of await shots(demo.url)) {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: theme, reducedMotion: 'reduce' });
    page.on('console', (message) => message.type() === 'error' && console.error(`${name}: ${message.text()}`));
    page.on('pageerror', (error) => console.error(`${name}: ${error.message}`));
    await page.goto(`${demo.url}/analytics/${address}`);
    await settled(page);
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    if (overflow > 0) console.error(`${name}: ${overflow} px too wide`);
    const height = Math.min(1500, await page.evaluate('document.documentElement.scrollHeight'));
    await page.setViewportSize({ width, height: Math.max(900, height) });
    await page.waitForTimeout(300);
    await page.screenshot({ path: path.join(out, `${name}.png`) });
    console.log(`${name}.png`);
    await page.close();
  }
  for (const widget of WIDGETS) await takeWidget(browser, demo.url, widget);
} finally {
  await browser.close();
  await demo.stop();
}
