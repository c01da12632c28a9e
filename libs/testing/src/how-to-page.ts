import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = path.resolve(__dirname, '../../..');
const REGISTER = path.join(__dirname, 'typescript.register.cjs');
const SYSTEM = path.join(ROOT, 'services/standalone/src/main.ts');
const PICLY = path.join(ROOT, 'services/cli/src/main.ts');

export interface PageOptions {
  /** Where the commands are run. */
  readonly cwd: string;
  /** The environment of the commands, beside PATH. */
  readonly env: Readonly<Record<string, string>>;
  /** Commands that stand for others, as bash functions: `start` for what starts the system, for example. */
  readonly functions?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** The shell blocks of a page, as one script: every line is run, and the first that fails ends it. `npm run picly --` is the command line. */
export async function scriptOf(page: string): Promise<string> {
  const text = await readFile(path.join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block]) => block ?? '').join('\n');
}

/** Runs a page of docs/how-to as its readers would; answers what it printed. Rejects with everything it said when a command fails. */
export async function runPage(page: string, { cwd, env, functions = {}, timeoutMs = 120_000 }: PageOptions): Promise<string> {
  const node = `"${process.execPath}" --enable-source-maps --require "${REGISTER}"`;
  // `npm start` becomes the process itself, so that its id is that of the system.
  const npm = `npm() { if [ "$1" = start ]; then exec ${node} "${SYSTEM}"; fi; while [ "$1" != -- ]; do shift; done; shift; ${node} "${PICLY}" "$@"; }`;
  const others = Object.entries(functions).map(([name, body]) => `${name}() { ${body}; }`);
  const script = ['set -euo pipefail', npm, ...others, await scriptOf(page)].join('\n');
  const options = { cwd, env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: cwd, ...env }, timeout: timeoutMs, maxBuffer: 16_777_216 };
  try {
    const { stdout } = await run('bash', ['-c', script], options);
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${page} does not work as written:\n${stdout}\n${stderr}`, { cause: error });
  }
}
