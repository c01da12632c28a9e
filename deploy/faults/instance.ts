import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startTcpProxy, type TcpProxy } from '@picly/testing';
import { childEnvironment } from '../bench/harness/config';

const ROOT = path.resolve(__dirname, '../..').replace(/\/dist$/, '');
const MAIN = path.join(ROOT, 'dist/services/standalone/src/main.js');
/** Makes the clock of a process one that can jump. */
const CLOCK = path.join(ROOT, 'deploy/faults/clock.cjs');
const READY_WITHIN_MS = 240_000;

/** One process of the product. */
export class Instance {
  private child: ChildProcess | undefined;
  private proxy: TcpProxy | undefined;
  private output = '';

  constructor(
    private readonly environment: Readonly<Record<string, string>>,
    private readonly clockFile: string,
  ) {}

  /** Starts it, on the port it had before; resolves when it is ready. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, ['--enable-source-maps', '--require', CLOCK, MAIN, this.clockFile], {
      cwd: ROOT,
      env: childEnvironment(this.environment),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.output = '';
    const url = await new Promise<URL>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`not ready within ${READY_WITHIN_MS} ms:\n${this.output}`)), READY_WITHIN_MS);
      const hear = (line: string): void => {
        this.output = (this.output + line + '\n').slice(-20_000);
        const [, address] = /^ready (\S+)/.exec(line) ?? [];
        if (address === undefined) return;
        clearTimeout(timer);
        resolve(new URL(address));
      };
      if (child.stdout) createInterface({ input: child.stdout }).on('line', hear);
      if (child.stderr) createInterface({ input: child.stderr }).on('line', hear);
      child.once('exit', (code, signal) => reject(new Error(`ended with ${code ?? signal} before it was ready:\n${this.output}`)));
    });
    await this.proxy?.close();
    this.proxy = await startTcpProxy({ host: '127.0.0.1', port: Number(url.port) });
  }

  /** Where callers reach it: through a wire that can be cut. */
  get url(): string {
    return `http://127.0.0.1:${this.proxy?.port ?? 0}`;
  }

  get wire(): TcpProxy {
    if (!this.proxy) throw new Error('not started');
    return this.proxy;
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The last it said. */
  get said(): string {
    return this.output;
  }

  /** Its clock runs ahead by so much from now on, or behind. */
  async setClock(aheadMs: number): Promise<void> {
    await writeFile(this.clockFile, String(aheadMs));
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** Resolves when the process is gone. */
  async gone(): Promise<void> {
    const { child } = this;
    if (!child || !this.isRunning) return;
    await new Promise((resolve) => child.once('exit', resolve));
  }

  async stop(): Promise<void> {
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    const force = setTimeout(() => this.signal('SIGKILL'), 20_000);
    await this.gone();
    clearTimeout(force);
    await this.proxy?.close();
    this.proxy = undefined;
  }
}
