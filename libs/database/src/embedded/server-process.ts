import { spawn, type ChildProcess } from 'node:child_process';
import type { Account } from './account';
import { EmbeddedPostgresError } from './errors';

/**
 * Runs the server as its own session, so that Ctrl-C in the terminal reaches the application only, and stops it when
 * standard input closes: the server never outlives the process that started it, even when that one is killed.
 */
const GUARD = `LC_ALL=C; export LC_ALL
"$@" </dev/null & server=$!
exec 3<&0
{ read -r _ <&3; kill -INT $server; } 2>/dev/null & guard=$!
wait $server; code=$?
kill $guard 2>/dev/null
exit $code`;

const READY = 'database system is ready to accept connections';
const START_TIMEOUT_MS = 300_000;
const LINES_KEPT = 20;

export interface ServerProcess {
  /** Resolves with the exit code when the server has ended, for whatever reason. */
  readonly ended: Promise<number | null>;
  /** Ask for a fast shutdown: sessions are cut, a checkpoint is written. */
  askToStop(): void;
}

export interface SpawnOptions {
  readonly executable: string;
  readonly arguments: readonly string[];
  readonly cwd: string;
  readonly account: Account;
  readonly onLog: (line: string) => void;
}

/** The port was taken between looking and starting. */
export class PortTakenError extends Error {}

/** Start the server and wait until it answers; crash recovery counts as starting. */
export async function spawnServer(options: SpawnOptions): Promise<ServerProcess> {
  const child = spawnGuarded(options);
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const askToStop = () => (process.platform === 'win32' ? void child.kill() : void child.stdin?.end());
  try {
    await whenReady(child, ended, options);
  } catch (error) {
    askToStop();
    throw error;
  }
  return { ended, askToStop };
}

function spawnGuarded({ executable, arguments: flags, cwd, account }: SpawnOptions): ChildProcess {
  const [command, args] =
    process.platform === 'win32' ? [executable, flags] : ['/bin/sh', ['-c', GUARD, 'sh', ...account.prefix, executable, ...flags]];
  const child = spawn(command, [...args], {
    cwd,
    detached: process.platform !== 'win32',
    stdio: ['pipe', 'ignore', 'pipe'],
    ...account.identity,
  });
  child.stdin?.on('error', () => undefined);
  child.once('exit', () => child.stdin?.destroy());
  return child;
}

async function whenReady(child: ChildProcess, ended: Promise<unknown>, { onLog }: SpawnOptions): Promise<void> {
  const said: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(failed('it did not become ready in time', said)), START_TIMEOUT_MS);
    const settle = (act: () => void) => {
      clearTimeout(timer);
      act();
    };
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      for (const line of chunk.split('\n').filter(Boolean)) {
        if (said.length < LINES_KEPT) said.push(line);
        onLog(line);
        if (line.includes(READY)) settle(resolve);
      }
    });
    child.once('error', (error) => settle(() => reject(failed(error.message, said))));
    void ended.then(() => settle(() => reject(startError(said))));
  });
}

function startError(said: readonly string[]): Error {
  const taken = said.some((line) => line.includes('Address already in use') || line.includes('could not create any TCP/IP'));
  return taken ? new PortTakenError('the port is taken') : failed('it ended at once', said);
}

function failed(why: string, said: readonly string[]): EmbeddedPostgresError {
  return new EmbeddedPostgresError('EMBEDDED_POSTGRES_FAILED', `the database did not start: ${why}\n${said.join('\n')}`);
}
