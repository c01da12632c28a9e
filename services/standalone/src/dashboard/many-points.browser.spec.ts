import { describeWithBrowser } from '@picly/testing';
import { build } from 'esbuild';
import path from 'node:path';

const WEB = path.resolve(__dirname, '../../../web');
const POINTS = 100_000;
const MOVES = 50;
/** Far above what a person would call smooth, as a machine that tests is busy; the times are in the output of a failure. */
const LONGEST_DRAW_MS = 5_000;
const LONGEST_MOVE_MS = 250;

/** Draws a chart as the dashboard does, and moves the cursor over it. */
const HARNESS = `
  import uPlot from 'uplot';
  import { timeData, timeOptions } from './chart/time-options';
  const values = Array.from({ length: ${POINTS} }, (_, i) => (i % 1000 === 0 ? null : Math.sin(i / 500) + (i % 17) / 40));
  const days = values.map((_, i) => new Date(Date.UTC(1750, 0, 1 + i)).toISOString().slice(0, 10));
  const data = { days, series: [{ name: 'many', colour: 0, values }], format: String, unfinished: true, fromZero: false };
  const started = performance.now();
  const plot = new uPlot(timeOptions(data, { width: 1200, height: 240 }, () => undefined), timeData(data), document.body);
  const afterFrame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  window.measured = (async () => {
    await afterFrame();
    const drawMs = performance.now() - started;
    const moving = performance.now();
    for (let i = 0; i < ${MOVES}; i++) {
      plot.setCursor({ left: (i * 1100) / ${MOVES}, top: 10 });
      await afterFrame();
    }
    return { drawMs, moveMs: (performance.now() - moving) / ${MOVES} };
  })();`;

describeWithBrowser('a chart with 100,000 points', (open) => {
  it('is drawn at once, and follows the pointer', async () => {
    const stdin = { contents: HARNESS, resolveDir: path.join(WEB, 'src/dashboard'), loader: 'ts' as const };
    const { outputFiles } = await build({ stdin, bundle: true, write: false, format: 'iife', tsconfig: path.join(WEB, 'tsconfig.json') });
    const browser = await open();
    const page = await browser.newPage();
    await page.setContent('<!doctype html><body></body>');
    await page.addScriptTag({ content: outputFiles[0]?.text ?? '' });
    const { drawMs, moveMs } = await page.evaluate<{ drawMs: number; moveMs: number }>('window.measured');
    expect({ drawMs, isDrawn: drawMs < LONGEST_DRAW_MS, moveMs, isSmooth: moveMs < LONGEST_MOVE_MS }).toMatchObject({
      isDrawn: true,
      isSmooth: true,
    });
    process.stdout.write(`100,000 points: drawn in ${Math.round(drawMs)} ms, ${moveMs.toFixed(1)} ms a move\n`);
    await browser.close();
  }, 120_000);
});
