// Writes docs/generated/* from the code, or with --check fails when a committed file differs from what the code says.
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const check = process.argv.includes('--check');

execFileSync(process.execPath, [path.join(root, 'deploy/scripts/build.mjs')], { stdio: 'inherit' });
const { generatedFiles } = await import(path.join(root, 'dist/deploy/scripts/generated-files.js'));

let drifted = 0;
for (const [name, wanted] of Object.entries(await generatedFiles())) {
  const file = path.join(root, 'docs/generated', name);
  const found = await readFile(file, 'utf8').catch(() => '');
  if (found === wanted) continue;
  if (check) {
    drifted += 1;
    console.error(`docs/generated/${name} does not match the code: run npm run generate and commit it`);
  } else {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, wanted);
    console.log(`wrote docs/generated/${name}`);
  }
}
process.exit(drifted === 0 ? 0 : 1);
