import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { createPool } from '@picly/database';
import { createPostgresLog, type AppendRecord, type EventLog } from '@picly/event-log';
import type { BenchContext, Figure, Section } from '../harness/figure';
import { scratchDir, withPostgres } from '../harness/scratch';
import { median } from '../harness/statistics';

const PAGE = 8_192;
const RECORD_BYTES = 400;

/** How often a second `work` ends within so many seconds. */
async function rate(seconds: number, work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  let done = 0;
  while (performance.now() - startedAt < seconds * 1_000) {
    await work();
    done++;
  }
  return (done * 1_000) / (performance.now() - startedAt);
}

async function syncs(dir: string, seconds: number): Promise<number> {
  const file = path.join(await scratchDir(dir), 'sync');
  const handle = await open(file, 'w');
  const page = Buffer.alloc(PAGE, 1);
  try {
    return await rate(seconds, async () => {
      await handle.write(page);
      await handle.datasync();
    });
  } finally {
    await handle.close();
    await rm(file);
  }
}

function records(count: number): AppendRecord[] {
  return Array.from({ length: count }, (_, n) => ({
    topic: 'bench',
    key: `key-${n % 64}`,
    value: Buffer.alloc(RECORD_BYTES, 'x'),
    headers: { ce_id: `0190a2c4-5b1e-7c3a-9f10-${String(n).padStart(12, '0')}`, ce_type: 'bench' },
    timestamp: Date.now(),
  }));
}

async function appends(log: EventLog, group: number, seconds: number): Promise<number> {
  const batch = records(group);
  await log.append(batch);
  return group * (await rate(seconds, () => log.append(batch)));
}

async function run({ quick, dir }: BenchContext): Promise<readonly Figure[]> {
  const seconds = quick ? 1 : 3;
  return withPostgres(dir, async (server) => {
    const pool = createPool({ url: server.url, maxConnections: 2 });
    const log = await createPostgresLog({ url: server.url });
    await log.ensureTopics([{ name: 'bench', partitions: 8, retentionMs: null }]);
    await pool.query('create table floor (n int primary key, v int not null)');
    await pool.query('insert into floor values (1, 0)');
    const samples: Record<'sync' | 'commit' | 'trip' | 'one' | 'group' | 'large', number>[] = [];
    for (let n = 0; n < 3; n++) {
      samples.push({
        sync: await syncs(dir, seconds),
        commit: await rate(seconds, () => pool.query('update floor set v = v + 1 where n = 1', [], 'floor_commit')),
        trip: await rate(seconds, () => pool.query('select 1', [], 'floor_trip')),
        one: await appends(log, 1, seconds),
        group: await appends(log, 64, seconds),
        large: await appends(log, 2_000, seconds),
      });
    }
    await log.close();
    await pool.close();
    const pick = (name: keyof (typeof samples)[number]): number => median(samples.map((each) => each[name]));
    return [
      { name: 'write and fdatasync of a page', value: pick('sync'), unit: '/s', note: 'one file, one after the other' },
      { name: 'Postgres round trips', value: pick('trip'), unit: '/s', note: 'select 1, prepared, one connection' },
      { name: 'Postgres commits', value: pick('commit'), unit: '/s', note: 'one row updated, one connection' },
      { name: 'log, 1 record per append', value: pick('one'), unit: '/s', note: `records of ${RECORD_BYTES} bytes, one append at a time` },
      { name: 'log, 64 records per append', value: pick('group'), unit: '/s' },
      { name: 'log, 2,000 records per append', value: pick('large'), unit: '/s' },
    ];
  });
}

export const floors: Section = {
  name: 'floors',
  title: 'What the disk, Postgres and the log alone do on this machine: the other figures can be read as shares of these.',
  run,
};
