import { execFile } from 'node:child_process';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { createPool } from '@picly/database';
import { ROOT } from './process';

const run = promisify(execFile);

/** What a figure can be compared with: only figures of one machine can. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly system: string;
  readonly node: string;
  readonly postgres: string;
  readonly kafka: string;
  readonly commit: string;
  readonly date: string;
  /** Load of the machine when the run began: above half the cores the figures say little. */
  readonly loadBefore: number;
}

async function output(command: string, args: readonly string[]): Promise<string> {
  try {
    return (await run(command, args, { cwd: ROOT })).stdout.trim();
  } catch {
    return 'unknown';
  }
}

export async function postgresVersion(url: string): Promise<string> {
  const pool = createPool({ url, maxConnections: 1 });
  const [row] = await pool.query<{ server_version: string }>('show server_version');
  await pool.close();
  return row?.server_version ?? 'unknown';
}

export async function describeMachine(versions: Pick<Machine, 'postgres' | 'kafka'>): Promise<Machine> {
  const commit = await output('git', ['rev-parse', '--short', 'HEAD']);
  const changed = await output('git', ['status', '--porcelain', '--untracked-files=no']);
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    ...versions,
    commit: changed === '' ? commit : `${commit} with changes`,
    date: new Date().toISOString().slice(0, 10),
    loadBefore: Number((loadavg()[0] ?? 0).toFixed(2)),
  };
}
