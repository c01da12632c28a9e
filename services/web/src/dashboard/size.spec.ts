import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const ROOT = path.resolve(__dirname, '../../../..');
const MOST_BYTES = 250_000;

interface Built {
  readonly script: string;
  readonly style: string;
  readonly preloads: readonly string[];
  readonly files: readonly string[];
}

function build(): Built {
  const script = `import(${JSON.stringify(path.join(ROOT, 'deploy/scripts/build-web.mjs'))}).then((web) => web.buildWeb(${JSON.stringify(ROOT)}))`;
  execFileSync(process.execPath, ['-e', script], { cwd: ROOT });
  return JSON.parse(readFileSync(path.join(ROOT, 'dist/web/.built'), 'utf8')) as Built;
}

const gzipped = (name: string): number => gzipSync(readFileSync(path.join(ROOT, 'dist/web/static', name)), { level: 9 }).length;

describe('the size of the dashboard', () => {
  it('all of it together, and so any first load, stays below 250 kB gzip', () => {
    const { files } = build();
    expect(files.filter((name) => name.endsWith('.js')).length).toBeGreaterThan(5);
    expect(files.map(gzipped).reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(MOST_BYTES);
  }, 60_000);
});
