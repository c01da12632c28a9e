import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { giveTo, type Account } from './account';
import type { PostgresBinaries } from './binaries';
import { EmbeddedPostgresError } from './errors';

const run = promisify(execFile);
const USER = 'picly';
const HALF_MADE = 'cluster.new';

/** What is remembered beside the cluster: `port` is reused while it is free. */
export interface ServerState {
  readonly password: string;
  readonly port: number | null;
}

export interface ClusterOptions {
  readonly dataDir: string;
  readonly binaries: PostgresBinaries;
  readonly account: Account;
  readonly durable: boolean;
}

export function clusterDir(dataDir: string): string {
  return path.join(dataDir, 'cluster');
}

function stateFile(dataDir: string): string {
  return path.join(dataDir, 'server.json');
}

export function urlOf(state: ServerState, port: number): string {
  return `postgres://${USER}:${state.password}@127.0.0.1:${port}/postgres`;
}

/** How to reach the server that runs on this directory, as far as it was told. */
export async function urlOfRunning(dataDir: string): Promise<string | undefined> {
  const state = await readState(dataDir);
  return state?.port ? urlOf(state, state.port) : undefined;
}

/** The state of the cluster, made on first use. A crash half-way leaves nothing that counts as a cluster. */
export async function openCluster(options: ClusterOptions): Promise<ServerState> {
  const state = await readState(options.dataDir);
  const exists = await access(path.join(clusterDir(options.dataDir), 'PG_VERSION')).then(
    () => true,
    () => false,
  );
  if (exists && state) return state;
  if (exists) {
    throw new EmbeddedPostgresError(
      'EMBEDDED_POSTGRES_FAILED',
      `${stateFile(options.dataDir)} (the password of the database) is missing: restore it from a backup`,
    );
  }
  return createCluster(options);
}

async function readState(dataDir: string): Promise<ServerState | undefined> {
  const text = await readFile(stateFile(dataDir), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as ServerState);
}

export async function writeState(dataDir: string, state: ServerState): Promise<void> {
  const file = stateFile(dataDir);
  await writeFile(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

async function createCluster(options: ClusterOptions): Promise<ServerState> {
  const { dataDir, account } = options;
  for (const name of await readdir(dataDir)) {
    if (name.startsWith(HALF_MADE)) await rm(path.join(dataDir, name), { recursive: true, force: true });
  }
  const fresh = path.join(dataDir, HALF_MADE);
  const passwordFile = `${fresh}.password`;
  const state: ServerState = { password: randomBytes(24).toString('base64url'), port: null };
  await mkdir(fresh, { mode: 0o700 });
  await giveTo(account, fresh);
  await writeFile(passwordFile, `${state.password}\n`, { mode: 0o600 });
  await giveTo(account, passwordFile);
  try {
    await initdb(options, fresh, passwordFile);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await writeState(dataDir, state);
  await rename(fresh, clusterDir(dataDir));
  return state;
}

/** The built-in C.UTF-8 locale sorts alike on every machine: digests and orders do not depend on the system's libc. */
async function initdb({ binaries, account, durable }: ClusterOptions, target: string, passwordFile: string): Promise<void> {
  await Promise.all(Object.values(binaries).map((file: string) => chmod(file, 0o755).catch(() => undefined)));
  const flags = [
    `--pgdata=${target}`,
    `--username=${USER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(durable ? [] : ['--no-sync']),
  ];
  const [command = '', ...args] = [...account.prefix, binaries.initdb, ...flags];
  await run(command, args, { cwd: target, ...account.identity }).catch((cause: unknown) => {
    const said = typeof cause === 'object' && cause && 'stderr' in cause ? String(cause.stderr).trim() : String(cause);
    throw new EmbeddedPostgresError('EMBEDDED_POSTGRES_FAILED', `the database could not be created: ${said}`, cause);
  });
}
