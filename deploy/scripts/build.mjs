// Compiles every TypeScript source to dist/ with swc and bundles the browser code, skipping what is already up to date.
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';
import { buildWeb } from './build-web.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const sources = ['libs', 'services', 'deploy'];
const options = JSON.parse(await readFile(path.join(root, '.swcrc'), 'utf8'));
delete options.$schema;
// A config or compiler change invalidates everything: its fingerprint names the build.
const fingerprint = JSON.stringify([options, (await readFile(path.join(root, 'package-lock.json'))).length]);

// Bundled for browsers instead.
const browserCode = path.join('services', 'web', 'src');

async function* filesBelow(dir) {
  if (dir === browserCode) return;
  for (const entry of await readdir(path.join(root, dir), { withFileTypes: true })) {
    if (entry.name === 'node_modules') continue;
    const file = path.join(dir, entry.name);
    if (entry.isDirectory()) yield* filesBelow(file);
    else if (/\.ts$/.test(entry.name) && !/\.d\.ts$/.test(entry.name)) yield file;
  }
}

async function mtime(file) {
  return (await stat(file).catch(() => undefined))?.mtimeMs ?? 0;
}

async function compile(file) {
  const from = path.join(root, file);
  const to = path.join(root, 'dist', file.replace(/\.ts$/, '.js'));
  if ((await mtime(to)) > (await mtime(from))) return false;
  const { code } = await transform(await readFile(from, 'utf8'), {
    ...options,
    filename: from,
    swcrc: false,
    jsc: { ...options.jsc, baseUrl: root },
  });
  await mkdir(path.dirname(to), { recursive: true });
  await writeFile(to, code);
  return true;
}

const stamp = path.join(root, 'dist', '.fingerprint');
if ((await readFile(stamp, 'utf8').catch(() => '')) !== fingerprint) {
  await rm(path.join(root, 'dist'), { recursive: true, force: true });
}
const files = [];
for (const dir of sources) for await (const file of filesBelow(dir)) files.push(file);
const [compiled] = await Promise.all([Promise.all(files.map(compile)), buildWeb(root)]);
await mkdir(path.dirname(stamp), { recursive: true });
await writeFile(stamp, fingerprint);
if (process.argv.includes('--verbose')) {
  console.log(`compiled ${compiled.filter(Boolean).length} of ${files.length} files`);
}
