import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from './testing/system-process';

const ROOT = path.resolve(__dirname, '../../..');

// A process of its own: the flags of V8 are for all of one.
const SCRIPT = `
  const { releaseMemoryWhenIdle } = require(process.argv[1]);
  const fill = () => Array.from({ length: 2e6 }, (_, n) => ({ n, text: 'x' + n })).filter((_, n) => n % 40 === 0);
  const kept = fill();
  const before = process.memoryUsage().heapTotal;
  releaseMemoryWhenIdle();
  setTimeout(() => console.log(JSON.stringify({ before, after: process.memoryUsage().heapTotal, kept: kept.length })), 35_000);
`;

describe('memory', () => {
  it('that a burst of work needed is given back when nothing happens', async () => {
    await build();
    const { stdout } = await promisify(execFile)(process.execPath, [
      '-e',
      SCRIPT,
      path.join(ROOT, 'dist/services/standalone/src/idle-memory.js'),
    ]);
    const { before, after, kept } = JSON.parse(stdout) as { before: number; after: number; kept: number };
    expect(kept).toBe(50_000);
    expect(after).toBeLessThan(before / 2);
  }, 120_000);
});
