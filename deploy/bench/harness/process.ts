import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { childEnvironment } from './config';

/** The repository: this file runs from dist/deploy/bench/harness. */
export const ROOT = path.resolve(__dirname, '../../../..');
export const PEERS = path.join(ROOT, 'deploy/bench/peers');

export interface ProcessOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
}

/** A Node process under measurement. */
export interface BenchProcess {
  readonly pid: number;
  /** The first line of standard output that matches; rejects when the process ends before. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  readonly stdin: NodeJS.WritableStream | null;
  /** SIGTERM, and SIGKILL when that does not help. */
  stop(): Promise<void>;
  readonly ended: Promise<number | null>;
}

/** The flags with which `npm start` runs Node. */
export function productFlags(): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { readonly scripts: { readonly start: string } };
  return (/exec node (.*)dist\//.exec(scripts.start)?.[1] ?? '').split(' ').filter((flag) => flag !== '');
}

const KILL_AFTER_MS = 25_000;

/** Runs a file of the build (path below dist) or an .mjs of the repository. */
export function startProcess(file: string, options: ProcessOptions = {}): BenchProcess {
  const script = file.endsWith('.mjs') ? path.join(ROOT, file) : path.join(ROOT, 'dist', file);
  const child = spawn(process.execPath, [...(options.nodeArgs ?? []), '--enable-source-maps', script, ...(options.args ?? [])], {
    cwd: ROOT,
    env: childEnvironment(options.env ?? {}),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const output = new Output(child, file);
  return {
    pid: child.pid ?? 0,
    stdin: child.stdin,
    ended: output.ended,
    line: (pattern) => output.line(pattern),
    stop: async () => {
      if (child.exitCode === null) child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
      await output.ended;
      clearTimeout(force);
    },
  };
}

/** Runs a process to its end and gives the JSON of the last line that looks like it. */
export async function jsonOf<T>(file: string, options: ProcessOptions = {}): Promise<T> {
  const running = startProcess(file, options);
  const [text] = await running.line(/^\{.*\}$/);
  await running.ended;
  return JSON.parse(text) as T;
}

class Output {
  readonly ended: Promise<number | null>;
  private readonly lines: string[] = [];
  private readonly watchers = new Set<() => void>();
  private errors = '';
  private over = false;

  constructor(
    child: ChildProcess,
    private readonly name: string,
  ) {
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => this.hear(line));
    child.stderr?.on('data', (chunk: Buffer) => (this.errors = (this.errors + chunk.toString()).slice(-4_000)));
    this.ended = new Promise((resolve) => {
      child.once('close', (code) => {
        this.over = true;
        for (const look of [...this.watchers]) look();
        resolve(code);
      });
    });
  }

  line(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      let seen = 0;
      const look = (): void => {
        for (; seen < this.lines.length; seen++) {
          const match = pattern.exec(this.lines[seen] ?? '');
          if (!match) continue;
          this.watchers.delete(look);
          return resolve(match);
        }
        if (this.over) reject(new Error(`${this.name} ended: ${this.errors.trim() || this.lines.slice(-3).join(' | ')}`));
      };
      this.watchers.add(look);
      look();
    });
  }

  private hear(line: string): void {
    this.lines.push(line);
    for (const look of [...this.watchers]) look();
  }
}
