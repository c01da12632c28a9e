import { spawn } from 'node:child_process';
import path from 'node:path';
import { ownEnvironment } from './config';

/** A process of its own that runs a TypeScript file, to be killed, stopped and watched. */
export interface TestProcess {
  readonly pid: number;
  /** Resolves with the first line of standard output for which `accept` answers something; rejects when the process ends. */
  whenLine<T = string>(accept: (line: string) => T | undefined): Promise<T>;
  signal(signal: NodeJS.Signals): void;
  /** Resolves with exit code or signal. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

const REGISTER = path.join(__dirname, 'typescript.register.cjs');

/** `env` is added to the environment of this process. */
export function startProcess(file: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): TestProcess {
  const child = spawn(process.execPath, ['--enable-source-maps', '--require', REGISTER, file, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...ownEnvironment(), ...env },
  });
  const lines: string[] = [];
  const watchers = new Set<() => void>();
  let rest = '';
  let over = false;
  const tell = () => [...watchers].forEach((watcher) => watcher());
  const take = (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    tell();
  };
  child.stdout.setEncoding('utf8').on('data', take);
  child.stderr.setEncoding('utf8').on('data', take);
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('close', (code, signal) => {
      over = true;
      tell();
      resolve(code ?? signal);
    });
  });
  return {
    pid: child.pid ?? 0,
    ended,
    signal: (signal) => void child.kill(signal),
    whenLine: (accept) =>
      new Promise((resolve, reject) => {
        let seen = 0;
        const look = () => {
          for (; seen < lines.length; seen++) {
            const found = accept(lines[seen] ?? '');
            if (found === undefined) continue;
            watchers.delete(look);
            return resolve(found);
          }
          if (over) reject(new Error(`the process ended:\n${lines.join('\n')}\n${rest}`));
        };
        watchers.add(look);
        look();
      }),
  };
}
