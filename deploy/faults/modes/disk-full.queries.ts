import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createPool, type DatabasePool } from '@picly/database';
import { LogError } from '@picly/event-log';
import type { Fault, FaultContext } from '../fault';
import { rawAction, uuidIn } from '../raw-events';

const run = promisify(execFile);
const SIZE = '96m';
const [FAMILY_OF_EVENTS, FAMILY_OF_GENERATIONS] = [0x40, 0x41];
/** Room that earlier rounds left free in the pages of the log is used up first, megabytes of it: by large records. */
const [APPENDS, RECORDS_PER_APPEND, PADDING_BYTES] = [400, 20, 700];
const STUFFING = [1024 * 1024, 4096, 1].map((bytes) => Buffer.alloc(bytes, 'x'));

async function mountSmall(): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'picly-small-disk-'));
  await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=777`, 'none', dir]).catch(async (error: unknown) => {
    await rmdir(dir);
    throw error;
  });
  return dir;
}

async function unmount(dir: string): Promise<void> {
  await run('umount', [dir]);
  await rmdir(dir);
}

/** Writes until nothing more fits. */
async function stuff(file: string): Promise<void> {
  for (const chunk of STUFFING) {
    try {
      for (;;) await appendFile(file, chunk);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    }
  }
}

/** Appends past the door until the log refuses: what it took counts like everything else. */
async function untilRefused({ system, seed, expect }: FaultContext): Promise<number> {
  const log = await system.openLog();
  try {
    for (let n = 0; n < APPENDS; n++) {
      const numbers = Array.from({ length: RECORDS_PER_APPEND }, (_, k) => n * RECORDS_PER_APPEND + k);
      const generations = numbers.map((number) => uuidIn(seed, FAMILY_OF_GENERATIONS, number));
      const records = generations.map((generationId, k) => {
        const record = rawAction(uuidIn(seed, FAMILY_OF_EVENTS, numbers[k] ?? 0), generationId, 'share');
        return { ...record, headers: { ...record.headers, padding: randomBytes(PADDING_BYTES).toString('hex') } };
      });
      try {
        await log.append(records, { deadlineMs: 700 });
        for (const generationId of generations) expect({ generationId, actions: 1, ratings: 0, calls: 0 });
      } catch (error) {
        if (error instanceof LogError) return 1;
        throw error;
      }
    }
    return 0;
  } finally {
    await log.close();
  }
}

async function moveRecordsTo(pool: DatabasePool, space: string): Promise<void> {
  await pool.query(`alter table log.records set tablespace ${space}`);
}

async function withFullDisk(context: FaultContext, pool: DatabasePool, dir: string): Promise<number> {
  const { seed, random, sleep } = context;
  const space = `small_${seed}`;
  const location = path.join(dir, 'space');
  await mkdir(location);
  const [row] = await pool.query<{ data_directory: string }>('show data_directory');
  await run('chown', ['--reference', row?.data_directory ?? '', location]);
  await pool.query(`create tablespace ${space} location '${location}'`);
  try {
    await moveRecordsTo(pool, space);
    await sleep(200 + random() * 300);
    await stuff(path.join(dir, 'stuffing'));
    const refused = await untilRefused(context);
    await sleep(300 + random() * 1_000);
    await rm(path.join(dir, 'stuffing'));
    await sleep(300);
    return refused;
  } finally {
    await rm(path.join(dir, 'stuffing'), { force: true });
    await moveRecordsTo(pool, 'pg_default');
    await pool.query(`drop tablespace ${space}`);
  }
}

/** The disk that holds the records of the log is full for a while: callers are told to come again, nothing is lost or doubled. */
export const diskFull: Fault = {
  name: 'disk full under the log',
  logs: ['embedded'],
  missing: async () => {
    try {
      await unmount(await mountSmall());
      return undefined;
    } catch (error) {
      return `no small disk can be mounted here (${error instanceof Error ? (error.message.split('\n').at(-2) ?? error.message) : 'unknown'})`;
    }
  },
  inject: async (context) => {
    const dir = await mountSmall();
    const pool = createPool({ url: context.system.databaseUrl, maxConnections: 1, applicationName: 'picly fault' });
    try {
      return await withFullDisk(context, pool, dir);
    } finally {
      await pool.close();
      await unmount(dir);
    }
  },
};
