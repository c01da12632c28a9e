// Bundles the browser code of services/web to dist/web with esbuild, unless everything there is newer than its sources.
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What is bundled, as far as it exists: the dashboard splits into files named by content, the widget keeps its public names. */
const SOURCE = 'services/web/src';

async function filesBelow(dir) {
  const entries = await readdir(dir, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}

const newest = async (files) => Math.max(0, ...(await Promise.all(files.map(async (file) => (await stat(file)).mtimeMs))));

/** The dashboard: one entry, pages loaded when they are opened. Answers the files of the first load. */
async function buildDashboard(esbuild, root, out) {
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: { dashboard: `${SOURCE}/dashboard/main.tsx` },
    outdir: path.join(out, 'static'),
    entryNames: '[name]-[hash]',
    chunkNames: 'part-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: ['es2022', 'safari16'],
    jsx: 'automatic',
    minify: true,
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"' },
    tsconfig: path.join(root, 'services/web/tsconfig.json'),
    metafile: true,
    logLevel: 'error',
  });
  const files = Object.entries(metafile.outputs).map(([file, output]) => ({ name: path.basename(file), ...output }));
  const entry = files.find((file) => file.entryPoint !== undefined && path.basename(file.entryPoint) === 'main.tsx');
  const preloads = (entry?.imports ?? []).filter((one) => one.kind === 'import-statement').map((one) => path.basename(one.path));
  return { script: entry?.name ?? '', style: path.basename(entry?.cssBundle ?? ''), preloads, files: files.map((file) => file.name) };
}

/** The widget: public names, one script for a tag, one for `import`, a style, and a file per language. */
async function buildWidget(esbuild, root, out) {
  const common = { absWorkingDir: root, bundle: true, minify: true, legalComments: 'none', logLevel: 'error' };
  const target = ['es2020', 'safari15'];
  const tsconfig = path.join(root, 'services/web/tsconfig.json');
  const file = (name) => path.join(out, 'static', name);
  const script = (entry, outfile, format) =>
    esbuild.build({ ...common, entryPoints: [`${SOURCE}/widget/${entry}`], outfile: file(outfile), format, target, tsconfig });
  const texts = (await readdir(path.join(root, SOURCE, 'widget/texts'))).filter((name) => name.endsWith('.json'));
  await Promise.all([
    script('main.ts', 'rating-system.js', 'iife'),
    script('module.ts', 'rating-system.mjs', 'esm'),
    esbuild.build({ ...common, entryPoints: [`${SOURCE}/widget/style.css`], outfile: file('rating-system.css'), target }),
    ...texts.map(async (name) => {
      const words = JSON.parse(await readFile(path.join(root, SOURCE, 'widget/texts', name), 'utf8'));
      await writeFile(file(`rating-system.${name}`), JSON.stringify(words));
    }),
  ]);
}

const hasWidget = (root) => existsSync(path.join(root, SOURCE, 'widget/main.ts'));

async function writePage(root, out, { script, style, preloads }) {
  const template = await readFile(path.join(root, SOURCE, 'dashboard/index.html'), 'utf8');
  const links = preloads.map((name) => `    <link rel="modulepreload" href="/static/${name}" />\n`).join('');
  const page = template
    .replace('{{style}}', `/static/${style}`)
    .replace('{{script}}', `/static/${script}`)
    .replace('{{preloads}}', links.trim());
  await writeFile(path.join(out, 'index.html.new'), page);
  await rename(path.join(out, 'index.html.new'), path.join(out, 'index.html'));
}

/** Files of earlier builds, once the page no longer names them. */
async function sweep(out, current) {
  const stale = (await readdir(path.join(out, 'static'))).filter((name) => /-[A-Z0-9]{8}\.(js|css)$/.test(name) && !current.includes(name));
  await Promise.all(stale.map((name) => rm(path.join(out, 'static', name), { force: true })));
}

/** Answers whether anything had to be built. */
export async function buildWeb(root) {
  const out = path.join(root, 'dist/web');
  const sources = [
    ...(await filesBelow(path.join(root, SOURCE))),
    path.join(root, 'package-lock.json'),
    path.join(root, 'deploy/scripts/build-web.mjs'),
  ];
  const built = await stat(path.join(out, '.built')).catch(() => undefined);
  if (built !== undefined && built.mtimeMs > (await newest(sources))) return false;
  const startedAt = new Date();
  const esbuild = await import('esbuild');
  await mkdir(path.join(out, 'static'), { recursive: true });
  const [dashboard] = await Promise.all([buildDashboard(esbuild, root, out), hasWidget(root) && buildWidget(esbuild, root, out)]);
  await writePage(root, out, dashboard);
  await sweep(out, dashboard.files);
  await writeFile(path.join(out, '.built'), JSON.stringify({ at: startedAt, ...dashboard }));
  return true;
}
