import { describeWithBrowser } from '@picly/testing';
import { build } from 'esbuild';
import path from 'node:path';

const WEB = path.resolve(__dirname, '../../../web');
/** Far above what a person would call smooth, as a machine that tests is busy; the times are in the output of a failure. */
const LONGEST_DRAW_MS = 5_000;
const LONGEST_MOVE_MS = 250;

interface Smoothness {
  readonly points: number;
  readonly drawMs: number;
  readonly moveMs: readonly number[];
}

describeWithBrowser('a chart with 100,000 points', (open) => {
  it('is drawn at once, and follows the pointer', async () => {
    const entryPoints = [path.join(WEB, 'src/dashboard/chart/many-points.harness.ts')];
    const { outputFiles } = await build({
      entryPoints,
      bundle: true,
      write: false,
      format: 'iife',
      tsconfig: path.join(WEB, 'tsconfig.json'),
    });
    const browser = await open();
    const page = await browser.newPage();
    await page.setContent('<!doctype html><body></body>');
    await page.addScriptTag({ content: outputFiles[0]?.text ?? '' });
    const { points, drawMs, moveMs: moves } = await page.evaluate<Smoothness>('window.measured');
    const moveMs = moves.reduce((sum, ms) => sum + ms, 0) / moves.length;
    expect(points).toBe(100_000);
    expect({ drawMs, isDrawn: drawMs < LONGEST_DRAW_MS, moveMs, isSmooth: moveMs < LONGEST_MOVE_MS }).toMatchObject({
      isDrawn: true,
      isSmooth: true,
    });
    process.stdout.write(`100,000 points: drawn in ${Math.round(drawMs)} ms, ${moveMs.toFixed(1)} ms a move\n`);
    await browser.close();
  }, 120_000);
});
