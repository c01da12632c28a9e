import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MemoryLog } from '@picly/testing';
import type { AppendRecord, EventLog } from '../port';
import { checkArchive, restoreArchive, writeArchive } from './archive-log';

const TOPICS = [
  { name: 'a', partitions: 3 },
  { name: 'b', partitions: 2 },
];
let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'picly-archive-'));
  file = path.join(folder, 'log.picly');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function openLog(): Promise<MemoryLog> {
  const log = new MemoryLog();
  await log.ensureTopics(TOPICS.map((topic) => ({ ...topic, retentionMs: null })));
  return log;
}

const records = (count: number): AppendRecord[] =>
  Array.from({ length: count }, (_, i) => ({
    topic: i % 3 === 0 ? 'b' : 'a',
    key: `key ${(i * 7) % 23} ✓`,
    value: Buffer.from([0, 255, i % 256]),
    headers: { n: String(i), ä: 'ö\n' },
    timestamp: 1_700_000_000_000 + i,
  }));

async function everything(log: EventLog): Promise<unknown> {
  const bounds = await log.bounds(['a', 'b']);
  const batches = await Promise.all(
    bounds.map(({ topic, partition, start }) =>
      log.read({ from: [{ topic, partition, offset: start }], maxRecords: 100_000, maxWaitMs: 0 }),
    ),
  );
  return { bounds, records: batches.flat().flatMap((batch) => batch.records) };
}

async function archived(count: number): Promise<MemoryLog> {
  const log = await openLog();
  await log.append(records(count));
  await log.trim([{ topic: 'a', partition: 1, offset: 7 }]);
  await writeArchive(file, { log, topics: TOPICS, createdAt: '2026-01-01T00:00:00Z', decisions: [{ a: 1 }] });
  return log;
}

it('a restored log has every record where it was', async () => {
  const source = await archived(5_000);
  const target = new MemoryLog();
  const checked = await checkArchive(file);
  expect([checked.records, checked.decisions]).toEqual([4_993, [{ a: 1 }]]);
  await restoreArchive(file, { target, checked });
  expect(await everything(target)).toEqual(await everything(source));
  await restoreArchive(file, { target, checked });
  expect(await everything(target)).toEqual(await everything(source));
});

it('restoring goes on where it was stopped', async () => {
  const source = await archived(5_000);
  const target = await openLog();
  const checked = await checkArchive(file);
  await target.trim([]);
  const half = restoreArchive(file, {
    target,
    checked,
    onProgress: (done) => {
      if (done > 2_000) throw new Error('killed');
    },
  });
  await expect(half).rejects.toThrow('killed');
  await restoreArchive(file, { target, checked });
  expect(await everything(target)).toEqual(await everything(source));
});

it('a log with other events is not restored into, and stays as it is', async () => {
  await archived(500);
  const target = await openLog();
  await target.append([{ ...records(1)[0]!, value: Buffer.from('other') }]);
  const before = await everything(target);
  await expect(restoreArchive(file, { target, checked: await checkArchive(file) })).rejects.toMatchObject({ code: 'LOG_NOT_EMPTY' });
  expect(await everything(target)).toEqual(before);
});

describe('an archive that is not whole', () => {
  it.each([0, 0.1, 0.5, 0.9, 0.999])('is refused when it is cut off at %d of its length', async (share) => {
    await archived(3_000);
    const { length } = await readFile(file);
    await truncate(file, Math.floor(length * share));
    await expect(checkArchive(file)).rejects.toThrow(/cannot be used: (it ends before block \d+|block \d+ is cut off|it is no archive)/);
  });

  it('is refused whichever byte is another one, and the block is named', async () => {
    await archived(200);
    const good = await readFile(file);
    for (let at = 0; at < good.length; at += Math.max(1, Math.floor(good.length / 150))) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] ?? 0) ^ 0x10;
      await writeFile(file, bad);
      await expect(checkArchive(file)).rejects.toMatchObject({ code: 'LOG_ARCHIVE_INVALID' });
    }
  });

  it('is refused when a block is left out', async () => {
    await archived(9_000);
    const good = await readFile(file);
    const [first, second] = [10, 10 + 41 + good.readUInt32LE(11)];
    const third = second + 41 + good.readUInt32LE(second + 1);
    await writeFile(file, Buffer.concat([good.subarray(0, second), good.subarray(third)]));
    expect(first).toBe(10);
    await expect(checkArchive(file)).rejects.toThrow('blocks are missing or out of order');
  });

  it('is refused when it is something else', async () => {
    await writeFile(file, 'generation_id,rating\n');
    await expect(checkArchive(file)).rejects.toThrow('it is no archive of Picly; nothing was changed');
  });
});
