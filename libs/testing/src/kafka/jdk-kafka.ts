import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

export interface Detour {
  readonly host: string;
  readonly port: number;
  readonly advertised: number;
}

/** Brokers of this test run; fault suites can take single ones down and up again. */
export interface KafkaCluster {
  readonly brokers: readonly string[];
  /** With the segments of all brokers. */
  readonly dataDir: string;
  /** SIGKILL to broker 1..n; resolves when the process is gone. */
  kill(broker: number): Promise<void>;
  /** A clean end of broker 1..n; resolves when the process is gone. */
  end(broker: number): Promise<void>;
  /** Resolves when broker 1..n takes requests again. */
  start(broker: number): Promise<void>;
  /** SIGSTOP to broker 1..n. */
  pause(broker: number): Promise<void>;
  /** SIGCONT to broker 1..n. */
  resume(broker: number): Promise<void>;
  /** By broker where it listens besides, and the port at which it tells clients of there to find it: something must lead from one to the other. */
  readonly detours: readonly Detour[];
  stop(): Promise<void>;
}

/** Also when this file was compiled to dist/. */
const ROOT = path.resolve(__dirname, '../../../..').replace(/[\\/]dist$/, '');
const RUN = path.join(ROOT, 'deploy/kafka/run.mjs');
const READY = /^Kafka is ready: (\S+)(?: detours (\S+))?/;
const MISSING = /^Kafka is not available: (.*)$/m;

/** Real brokers from the Maven artifacts and the JDK (deploy/kafka). Throws with the reason when they cannot be had. */
export async function startJdkKafka(options: { readonly brokers?: number; readonly detour?: boolean } = {}): Promise<KafkaCluster> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'picly-test-kafka-'));
  const args = [RUN, '--controlled', '--port', '0', '--brokers', String(options.brokers ?? 1), '--data-dir', dataDir];
  if (options.detour) args.push('--detour');
  // It ends when its stdin closes, that is also when this process is killed.
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const lines = new Lines(child);
  const clean = (): Promise<void> => rm(dataDir, { recursive: true, force: true });
  try {
    const [, addresses = '', aside = ''] = await lines.next(READY);
    const brokers = addresses.split(',');
    const command = async (text: string): Promise<void> => {
      child.stdin.write(`${text}\n`);
      await lines.next(new RegExp(`^done: ${text}$`));
    };
    return {
      brokers,
      dataDir,
      detours: detoursIn(aside),
      kill: (broker) => command(`kill ${broker}`),
      end: (broker) => command(`stop ${broker}`),
      pause: (broker) => command(`pause ${broker}`),
      resume: (broker) => command(`resume ${broker}`),
      start: (broker) => command(`start ${broker}`),
      stop: async () => {
        child.stdin.end();
        await lines.ended;
        await clean();
      },
    };
  } catch (error) {
    child.stdin.end();
    await clean();
    throw error;
  }
}

/** As `host:port=advertised`, with commas between. */
function detoursIn(text: string): Detour[] {
  return [...text.matchAll(/([^,:]+):(\d+)=(\d+)/g)].map(([, host = '', port, advertised]) => ({
    host,
    port: Number(port),
    advertised: Number(advertised),
  }));
}

/** The answers of the child, line by line. */
class Lines {
  readonly ended: Promise<void>;
  #errors = '';
  #over = false;
  readonly #waiting = new Set<{ pattern: RegExp; resolve: (match: RegExpExecArray) => void; reject: (error: Error) => void }>();

  constructor(child: ChildProcess) {
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#errors += chunk.toString();
    });
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => this.#hear(line));
    this.ended = new Promise((resolve) => child.once('close', () => resolve()));
    void this.ended.then(() => {
      this.#over = true;
      this.#failAll(this.#reason());
    });
  }

  next(pattern: RegExp): Promise<RegExpExecArray> {
    if (this.#over) return Promise.reject(new Error(this.#reason()));
    return new Promise((resolve, reject) => this.#waiting.add({ pattern, resolve, reject }));
  }

  #hear(line: string): void {
    if (line.startsWith('error: ')) this.#failAll(line);
    for (const waiter of this.#waiting) {
      const match = waiter.pattern.exec(line);
      if (!match) continue;
      this.#waiting.delete(waiter);
      waiter.resolve(match);
    }
  }

  #failAll(reason: string): void {
    for (const waiter of this.#waiting) waiter.reject(new Error(reason));
    this.#waiting.clear();
  }

  #reason(): string {
    return MISSING.exec(this.#errors)?.[1] ?? `the broker process ended: ${this.#errors.trim().slice(-300)}`;
  }
}
