import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { MUTATIONS } from '.';
import { withoutProtection, type Mutation } from './mutation';

const ROOT = path.resolve(__dirname, '../../..').replace(/[\\/]dist$/, '');
const COPIED = ['libs', 'services', 'deploy', 'docs', 'jest.config.cjs', '.swcrc', 'tsconfig.json', 'package.json', 'package-lock.json'];
/** A test that a mutation makes hang ends at its own time limit long before. */
const RUN_WITHIN_MS = 600_000;

const { values } = parseArgs({ options: { only: { type: 'string' }, keep: { type: 'boolean', default: false } } });

interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

interface Assertion {
  readonly title: string;
  readonly status: string;
}

interface JestReport {
  readonly testResults: readonly { readonly assertionResults: readonly Assertion[] }[];
}

/** The source in a folder of its own; what is installed is shared. */
async function copyOfTree(): Promise<string> {
  const copy = await mkdtemp(path.join(tmpdir(), 'picly-mutations-'));
  const wanted = (source: string): boolean => !/[\\/](node_modules|dist)$/.test(source);
  for (const name of COPIED) await cp(path.join(ROOT, name), path.join(copy, name), { recursive: true, filter: wanted });
  await symlink(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
  return copy;
}

const projectOf = (spec: string): string => (spec.endsWith('.pg.spec.ts') ? 'pg' : 'unit');
const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Runs the one test in the copy. */
async function outcomeOf(copy: string, { spec, test }: Mutation): Promise<Outcome> {
  const report = path.join(copy, 'report.json');
  await rm(report, { force: true });
  const jest = path.join('node_modules', 'jest', 'bin', 'jest.js');
  const args = [jest, '--ci', '--forceExit', '--selectProjects', projectOf(spec), '--runTestsByPath', spec];
  const output = await finished(copy, [...args, '-t', `${escaped(test)}$`, '--json', '--outputFile', report]);
  const text = await readFile(report, 'utf8').catch(() => {
    throw new Error(`${spec} could not be run:\n${output.slice(-2_000)}`);
  });
  const { testResults } = JSON.parse(text) as JestReport;
  const own = testResults.flatMap(({ assertionResults }) => assertionResults).filter(({ title }) => title === test);
  const count = (status: string): number => own.filter((one) => one.status === status).length;
  return { passed: count('passed'), failed: count('failed') };
}

function finished(cwd: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: RUN_WITHIN_MS, killSignal: 'SIGKILL' });
    let output = '';
    const hear = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', reject);
    child.once('close', () => resolve(output));
  });
}

/** Whether the test passes as the source is, and fails without the protection. */
async function check(copy: string, mutation: Mutation): Promise<string> {
  const file = path.join(copy, mutation.file);
  const source = await readFile(file, 'utf8');
  const mutated = withoutProtection(source, mutation);
  const sound = await outcomeOf(copy, mutation);
  if (sound.passed === 0 || sound.failed > 0) return 'the test does not pass with the protection';
  await writeFile(file, mutated);
  try {
    const { passed, failed } = await outcomeOf(copy, mutation);
    return failed > 0
      ? ''
      : passed > 0
        ? 'NOT NOTICED: the test passes without the protection'
        : 'the test was not run without the protection';
  } finally {
    await writeFile(file, source);
  }
}

async function main(): Promise<void> {
  const chosen = MUTATIONS.filter(({ protection }) => values.only === undefined || protection.includes(values.only));
  if (chosen.length === 0) throw new Error(`there is no such protection: ${MUTATIONS.map(({ protection }) => protection).join('; ')}`);
  const copy = await copyOfTree();
  let wrong = 0;
  const startedAt = performance.now();
  try {
    for (const [n, mutation] of chosen.entries()) {
      const trouble = await check(copy, mutation);
      if (trouble !== '') wrong++;
      const left = ((performance.now() - startedAt) / (n + 1)) * (chosen.length - n - 1);
      console.log(
        `${n + 1}/${chosen.length} ${mutation.protection}: ${trouble || `noticed by "${mutation.test}"`}; ${(left / 60_000).toFixed(1)} min left`,
      );
    }
  } finally {
    if (values.keep) console.log(`the copy is kept in ${copy}`);
    else await rm(copy, { recursive: true, force: true });
  }
  console.log(wrong === 0 ? `all ${chosen.length} removals were noticed` : `${wrong} of ${chosen.length} are wrong`);
  process.exitCode = wrong === 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
