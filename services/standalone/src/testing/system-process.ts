import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PATH = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';
const ROOT = path.resolve(__dirname, '../../../..');

/** The system as a process of its own, as npm start runs it. */
export class System {
  output = '';
  errors = '';
  url = '';

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
  }

  static spawn(dataDir: string, environment: Record<string, string> = {}, entry = 'main.js', args: readonly string[] = []): System {
    const file = path.join(ROOT, 'dist/services/standalone/src', entry);
    const env = { PATH, PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'warn', ...environment };
    // Its own process group, so that a signal reaches all of it as Ctrl-C in a terminal does.
    return new System(spawn(process.execPath, [file, ...args], { env, cwd: ROOT, detached: true, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  static async start(dataDir: string, environment?: Record<string, string>): Promise<System> {
    const system = System.spawn(dataDir, environment);
    await system.ready();
    return system;
  }

  async ready(): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (!/^ready \S+\n/.test(this.output)) {
      if (this.child.exitCode !== null || Date.now() > deadline) throw new Error(`not ready: ${this.output}${this.errors}`);
      await Promise.race([once(this.child.stdout ?? this.child, 'data'), once(this.child, 'exit')]);
    }
    this.url = /^ready (\S+)/.exec(this.output)?.[1] ?? '';
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  signalGroup(signal: NodeJS.Signals): void {
    process.kill(-this.pid, signal);
  }

  async ended(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
    return this.child.exitCode;
  }

  async stop(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.signalGroup('SIGINT');
    return this.ended();
  }

  async post(name: string, body: object): Promise<{ readonly event_id: string; readonly position: string }> {
    const response = await fetch(`${this.url}/api/analytics/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (response.status !== 202) throw new Error(`${name}: ${response.status} ${await response.text()}`);
    return (await response.json()) as { event_id: string; position: string };
  }

  /** Reads once the view has folded as far as all the positions; "not yet" is answered with asking again. */
  async get<T>(pathAndQuery: string, ...after: readonly string[]): Promise<T> {
    const [last, ...before] = [...after].reverse();
    for (const position of before) await this.read(pathAndQuery, position);
    return (await this.read(pathAndQuery, last)) as T;
  }

  /** Resolves when every view has folded everything. */
  async folded(): Promise<void> {
    const isBehind = (row: { readonly lag_events: number | null }): boolean => row.lag_events !== 0;
    while ((await this.get<List<{ readonly lag_events: number | null }>>('admin/projections')).data.some(isBehind)) await delay(50);
  }

  private async read(pathAndQuery: string, after: string | undefined): Promise<unknown> {
    const deadline = Date.now() + 40_000;
    for (;;) {
      const response = await fetch(`${this.url}/api/analytics/${pathAndQuery}`, {
        headers: after === undefined ? {} : { 'x-picly-after': after },
      });
      if (response.ok) return response.json();
      const text = await response.text();
      if (response.status !== 503 || Date.now() > deadline) throw new Error(`${pathAndQuery}: ${response.status} ${text}`);
    }
  }
}

export interface List<Row> {
  readonly data: readonly Row[];
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Compiles what has changed since it was compiled last. */
export async function build(): Promise<void> {
  await run(process.execPath, [path.join(ROOT, 'deploy/scripts/build.mjs')], { cwd: ROOT });
}

/** A command of the command line, in an environment of nothing else. */
export async function runPicly(environment: Readonly<Record<string, string>>, ...args: string[]): Promise<CommandResult> {
  const env = { PATH, ...environment };
  try {
    const { stdout, stderr } = await run(process.execPath, [path.join(ROOT, 'dist/services/cli/src/main.js'), ...args], { env, cwd: ROOT });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as CommandResult;
  }
}

export const picly = (url: string, ...args: string[]): Promise<CommandResult> => runPicly({ PICLY_URL: url }, ...args);
