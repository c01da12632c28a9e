import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../errors';
import { EmbeddedPostgresError } from './errors';

/** Which process a data directory belongs to; `startedAt` tells a process from a later one with the same id. */
interface Owner {
  readonly pid: number;
  readonly startedAt: string;
}

const STOP_BY_ITSELF_MS = 5_000;
const STOP_WHEN_TOLD_MS = 15_000;

/** Take the data directory for this process; throws when a living process holds it. Answers how to give it back. */
export async function takeOwnership(dataDir: string): Promise<() => Promise<void>> {
  const file = path.join(dataDir, 'owner.json');
  const me: Owner = { pid: process.pid, startedAt: await startOf(process.pid) };
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      await writeFile(file, JSON.stringify(me), { flag: 'wx', mode: 0o600 });
      return () => rm(file, { force: true });
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    const owner = await readOwner(file);
    if (owner && (await isAlive(owner))) throw inUse(dataDir, owner.pid);
    await rm(file, { force: true });
  }
  throw inUse(dataDir);
}

export function inUse(dataDir: string, pid?: number): EmbeddedPostgresError {
  const holder = pid === undefined ? 'another process' : `process ${pid}`;
  return new EmbeddedPostgresError(
    'EMBEDDED_POSTGRES_IN_USE',
    `${dataDir} is in use by ${holder}: stop it first, or set DATA_DIR to another directory`,
  );
}

async function readOwner(file: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

async function isAlive(owner: Owner): Promise<boolean> {
  return isRunning(owner.pid) && (await startOf(owner.pid)) === owner.startedAt;
}

/** Clock ticks from boot to the start of a process, where the system tells (field 22 of proc_pid_stat(5)). */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** The id of the server process that `postmaster.pid` names. */
export async function postmasterPid(cluster: string): Promise<number | undefined> {
  const text = await readFile(path.join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(text.split('\n')[0]);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}

/**
 * Stop a server whose application was killed (call only as owner of the directory), and remove the lock file when it
 * names a process that is not a server of this cluster (ids are reused after a restart of the machine).
 */
export async function clearOrphan(cluster: string): Promise<void> {
  const pid = await postmasterPid(cluster);
  if (pid === undefined || !isRunning(pid)) return;
  if (!(await serves(pid, cluster))) return rm(path.join(cluster, 'postmaster.pid'), { force: true });
  if (await goneWithin(pid, STOP_BY_ITSELF_MS)) return;
  process.kill(pid, 'SIGINT');
  if (await goneWithin(pid, STOP_WHEN_TOLD_MS)) return;
  process.kill(pid, 'SIGQUIT');
  if (await goneWithin(pid, STOP_WHEN_TOLD_MS)) return;
  throw new EmbeddedPostgresError(
    'EMBEDDED_POSTGRES_FAILED',
    `an earlier server (process ${pid}) does not stop: end it by hand and start again`,
  );
}

async function serves(pid: number, cluster: string): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  return commandLine === undefined || commandLine.split('\0').includes(cluster);
}

export async function goneWithin(pid: number, timeoutMs: number): Promise<boolean> {
  const until = performance.now() + timeoutMs;
  while (isRunning(pid)) {
    if (performance.now() > until) return false;
    await sleep(20);
  }
  return true;
}
