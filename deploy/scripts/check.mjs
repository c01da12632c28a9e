// One command for everything that is checked without running the product: format, lint, types, boundaries, generated files.
import { spawnSync } from 'node:child_process';

const steps = [
  ['format', 'npx', ['prettier', '--check', '.', '--log-level', 'warn']],
  ['lint', 'npx', ['eslint', '.', '--max-warnings', '0']],
  ['types', 'npx', ['tsc', '-p', '.']],
  ['types of browser code', 'npx', ['tsc', '-p', 'services/web']],
  ['boundaries', 'npx', ['depcruise', '--output-type', 'err-long', 'libs', 'services']],
  ['generated files', 'node', ['deploy/scripts/generate.mjs', '--check']],
];

let failed = 0;
for (const [name, command, args] of steps) {
  const started = Date.now();
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  const verdict = status === 0 ? 'ok' : 'FAILED';
  if (status !== 0) failed += 1;
  console.log(`check ${name}: ${verdict} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}
console.log(failed === 0 ? 'check: everything is in order' : `check: ${failed} of ${steps.length} steps failed`);
process.exit(failed === 0 ? 0 : 1);
