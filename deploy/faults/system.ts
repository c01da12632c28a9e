import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, chmod } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@picly/database';
import { startTcpProxy, type TcpProxy } from '@picly/testing';
import { childEnvironment } from '../bench/harness/config';

const ROOT = path.resolve(__dirname, '../..').replace(/\/dist$/, '');
const MAIN = path.join(ROOT, 'dist/services/standalone/src/main.js');
const READY_WITHIN_MS = 60_000;

/** One process of the product. */
export class Instance {
  private child: ChildProcess | undefined;
  private proxy: TcpProxy | undefined;
  private output = '';

  constructor(private readonly environment: Readonly<Record<string, string>>) {}

  /** Starts it, on the port it had before; resolves when it is ready. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, ['--enable-source-maps', MAIN], {
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

/** Two processes of the product on one Postgres that all of them reach through a wire that can be cut. */
export class System {
  private constructor(
    private readonly dataDir: string,
    private postgres: EmbeddedPostgres,
    readonly database: TcpProxy,
    readonly instances: readonly [Instance, Instance],
  ) {}

  static async start(): Promise<System> {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'picly-faults-'));
    await chmod(dataDir, 0o755);
    const postgres = await startEmbeddedPostgres({ dataDir });
    const database = await startTcpProxy({ host: '127.0.0.1', port: postgres.port });
    const url = new URL(postgres.url);
    url.port = String(database.port);
    const environment = { DATABASE_URL: url.href, LOG_PARTITIONS: '4' };
    const instances = [new Instance(environment), new Instance(environment)] as const;
    const system = new System(dataDir, postgres, database, instances);
    for (const instance of instances) await instance.start();
    return system;
  }

  /** Straight to the database, past the wire: for looking, not for the product. */
  get databaseUrl(): string {
    return this.postgres.url;
  }

  /** Kills the server without a word, and starts it again. */
  async crashPostgres(): Promise<void> {
    const { pid, port } = this.postgres;
    if (pid === undefined) throw new Error('the server has no process id');
    process.kill(pid, 'SIGKILL');
    await this.postgres.stop();
    this.postgres = await startEmbeddedPostgres({ dataDir: this.dataDir, port });
  }

  /** Starts what is not running. */
  async heal(): Promise<void> {
    this.database.inspect(undefined);
    this.database.refuse(false);
    this.database.delay(0);
    for (const instance of this.instances) {
      instance.signal('SIGCONT');
      if (!instance.isRunning) await instance.start();
      instance.wire.inspect(undefined);
      instance.wire.refuse(false);
      instance.wire.delay(0);
    }
  }

  async stop(): Promise<void> {
    for (const instance of this.instances) await instance.stop();
    await this.database.close();
    await this.postgres.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
