import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { table } from '@picly/terminal';
import { isMet, type Figure } from './figure';
import type { Machine } from './machine';
import { ROOT } from './process';

export interface SectionResult {
  readonly section: string;
  readonly title: string;
  readonly quick: boolean;
  readonly machine: Machine;
  readonly figures: readonly Figure[];
}

const RESULTS = path.join(ROOT, 'deploy/bench/results');
const PAGE = path.join(ROOT, 'docs/benchmarks.md');
const BEGIN = '<!-- results: written by npm run bench -->';
const END = '<!-- end of results -->';

const digits = (value: number): number => (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);

export function amount({ value, unit }: Pick<Figure, 'value' | 'unit'>): string {
  const text = value.toLocaleString('en-US', { maximumFractionDigits: digits(value) });
  return unit === '/s' ? `${text}/s` : `${text} ${unit}`;
}

function wish({ wanted, unit }: Figure): string {
  if (wanted === undefined) return '';
  return 'atLeast' in wanted ? `>= ${amount({ value: wanted.atLeast, unit })}` : `< ${amount({ value: wanted.below, unit })}`;
}

function verdict(figure: Figure): string {
  const met = isMet(figure);
  return met === undefined ? '' : met ? 'yes' : 'no';
}

export function plainTable(figures: readonly Figure[]): string {
  return table(figures, [
    { title: 'FIGURE', value: (figure) => figure.name },
    { title: 'MEASURED', value: amount, align: 'right' },
    { title: 'WANTED', value: wish, align: 'right' },
    { title: 'MET', value: verdict },
    { title: 'NOTE', value: (figure) => figure.note ?? '' },
  ]);
}

/** Keeps the result of a section: the latest full run and the latest quick run each have a file. */
export async function saveResult(result: SectionResult): Promise<void> {
  await mkdir(RESULTS, { recursive: true });
  const file = path.join(RESULTS, `${result.section}${result.quick ? '.quick' : ''}.json`);
  await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
}

/** The result that counts for each section: the full run where there is one. */
async function savedResults(order: readonly string[]): Promise<SectionResult[]> {
  const files = await readdir(RESULTS);
  const results: SectionResult[] = [];
  for (const section of order) {
    const file = [`${section}.json`, `${section}.quick.json`].find((name) => files.includes(name));
    if (file !== undefined) results.push(JSON.parse(await readFile(path.join(RESULTS, file), 'utf8')) as SectionResult);
  }
  return results;
}

function machineLine({ machine, quick }: SectionResult): string {
  const { cpu, cores, memoryGib, node, postgres, kafka, commit, date, loadBefore } = machine;
  const versions = [`Node ${node.slice(1)}`, `PostgreSQL ${postgres}`, ...(kafka === '' ? [] : [`Kafka ${kafka}`])].join(', ');
  const busy = loadBefore > cores / 2 ? ' (**other work was running: these figures are too low and not to be compared**)' : '';
  return `${cpu}, ${cores} cores, ${memoryGib} GiB; ${versions}; commit ${commit}; ${date}; load before ${loadBefore}${busy}${quick ? '; quick run' : ''}`;
}

function markdownOf(result: SectionResult): string {
  const rows = result.figures.map(
    (figure) => `| ${figure.name} | ${amount(figure)} | ${wish(figure)} | ${verdict(figure)} | ${figure.note ?? ''} |`,
  );
  const head = ['| figure | measured | wanted | met | note |', '|---|--:|--:|---|---|'];
  return [`### ${result.section}`, '', result.title, '', machineLine(result), '', ...head, ...rows].join('\n');
}

/** Writes the results block of docs/benchmarks.md from all results kept. */
export async function writePage(order: readonly string[]): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`docs/benchmarks.md has no results block (${BEGIN} ... ${END})`);
  const blocks = (await savedResults(order)).map(markdownOf);
  await writeFile(PAGE, `${before}${BEGIN}\n\n${blocks.join('\n\n')}\n\n${END}${after}`);
}
