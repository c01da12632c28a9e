import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createPool, reachEmbeddedPostgres, type DatabasePool } from '@picly/database';
import type { ErasureReceipt } from '@picly/erasure';
import { createPostgresLog } from '@picly/event-log';
import { PersonKeys } from '@picly/personal-data';
import { anEvent, recordsOf } from '@picly/testing';
import { eventsOf, generationOf } from './testing/person-events';
import { build, runPicly, System, type CommandResult, type List } from './testing/system-process';
import { filesWith, tablesWith, type Needles } from './testing/traces.queries';

const RUN = randomBytes(4).toString('hex');
/** In every personal field of the person's events, ids included, and nowhere else. */
const markOf = (name: string): string => `zq${name}${RUN}`;
const idOf = (name: string): string => `user-${markOf(name)}`;
const PEOPLE = ['ann', 'bob', 'eve'];
const environmentOf = (dataDir: string): Record<string, string> => ({ DATA_DIR: dataDir, LOG_PARTITIONS: '2', LOG_LEVEL: 'trace' });

let folder: string;
let exports: string;
let system: System;
/** All that any process of the product has said. */
let said = '';

beforeAll(async () => {
  await build();
  folder = await mkdtemp(path.join(tmpdir(), 'picly-erased-'));
  exports = path.join(folder, 'exports');
  await mkdir(exports);
}, 120_000);
afterAll(async () => {
  await system?.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

const dataDirOf = (name: string): string => path.join(folder, name);

async function picly(...args: string[]): Promise<CommandResult> {
  const result = await runPicly({ PICLY_URL: system.url, DATA_DIR: dataDirOf('data') }, ...args);
  said += result.stdout + result.stderr;
  return result;
}

async function done(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await picly(...args);
  if (code !== 0) throw new Error(`picly ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
  return stdout;
}

/** A look into the embedded database, past the product. */
async function inside<T>(dataDir: string, work: (pool: DatabasePool) => Promise<T>): Promise<T> {
  const server = await reachEmbeddedPostgres(path.join(dataDir, 'postgres'));
  const pool = createPool({ url: server.url, maxConnections: 2, applicationName: 'a search' });
  try {
    return await work(pool);
  } finally {
    await pool.close();
    await server.stop();
  }
}

async function send(): Promise<void> {
  const events = PEOPLE.flatMap((name, n) => eventsOf({ userId: idOf(name), mark: markOf(name) }, 3 * n));
  const headers = { 'content-type': 'application/json' };
  const url = `${system.url}/api/analytics`;
  const answer = await fetch(`${url}/batch`, { method: 'POST', headers, body: JSON.stringify({ events }) });
  const { results } = (await answer.json()) as { results: { status: string }[] };
  expect(results.filter(({ status }) => status !== 'accepted')).toEqual([]);
  // Refused: what is wrong is told to the sender, and to nobody else.
  const wrong = { generation_id: `not a uuid ${markOf('ann')}`, rating: 9, user_id: idOf('ann'), feedback: markOf('ann') };
  expect((await fetch(`${url}/rate`, { method: 'POST', headers, body: JSON.stringify(wrong) })).status).toBe(400);
  await fetch(`${url}/ratings?user_id=${idOf('ann')}&generation_id=${markOf('ann')}`);
}

/** Dead letters of hers, with one behind, and one of nobody that an operator mends to be hers. */
async function park(): Promise<void> {
  await inside(dataDirOf('data'), async (pool) => {
    const keys = new PersonKeys({ pool, staleMs: 0 });
    const rating = { user_id: idOf('ann'), generation_id: generationOf(0), feedback: `parked ${markOf('ann')}` };
    const records = await recordsOf([anEvent('rating-submitted', rating), anEvent('rating-submitted', rating)], keys);
    const [poison, behind] = records.map((record) => ({ ...record, key: createHash('sha256').update(record.key).digest('hex') }));
    if (!poison || !behind) throw new Error('no records');
    const log = await createPostgresLog({ pool });
    await log.append([{ ...poison, headers: { ...poison.headers, ce_type: 'action-tracked' } }, behind]);
    await log.append([{ ...behind, key: 'mended', value: Buffer.from('{'), headers: { ...behind.headers, ce_id: generationOf('f') } }]);
    await log.close();
  });
  await system.folded();
  const file = path.join(folder, 'mended.json');
  const body = { generation_id: generationOf(1), rating: 2, user_id: idOf('ann'), feedback: `mended ${markOf('ann')}` };
  await writeFile(file, JSON.stringify({ ...body, session_id: `later-${markOf('ann')}` }));
  const letters = JSON.parse(await done('dead-letters', 'list', '--key', 'mended', '--json')) as { id: number }[];
  expect(letters.length).toBeGreaterThan(2);
  for (const { id } of letters) await done('dead-letters', 'fix', String(id), '--data', file, '--reason', 'cut off', '--author', 'eve');
  await rm(file);
}

interface Version {
  readonly projection: string;
}

async function projections(): Promise<string[]> {
  const { data } = await system.get<List<Version>>('admin/projections');
  return [...new Set(data.map(({ projection }) => projection))];
}

/** Every list of the API, as a file each. */
async function exportAll(to: string): Promise<void> {
  const openapi = (await (await fetch(`${system.url}/openapi.json`)).json()) as {
    paths: Record<string, { get?: { responses: Record<string, { content?: Record<string, unknown> }> } }>;
  };
  const lists = Object.entries(openapi.paths).filter(([, { get }]) => get?.responses['200']?.content?.['text/csv'] !== undefined);
  const open = lists.map(([address]) => address.replace('/api/analytics/', '')).filter((address) => !address.includes('{'));
  expect(open.length).toBeGreaterThan(12);
  for (const list of open) {
    const query = list === 'prompts/similar' ? '?prompt=a+castle' : '';
    const answer = await fetch(`${system.url}/api/analytics/${list}${query}`, { headers: { accept: 'application/x-ndjson' } });
    await writeFile(path.join(to, `${list.replaceAll('/', '-')}.ndjson`), await answer.text());
  }
  await done('export', 'training-data/examples', '--out', path.join(to, 'training.csv'));
  await done('log', 'export', path.join(to, 'log.picly'));
}

/** What is hers: the mark of all her strings, the hash of her prompt, and her key, with which the log could be read. */
async function needlesOf(name: string): Promise<Needles> {
  return inside(dataDirOf('data'), async (pool) => {
    const [prompt] = await pool.query<{ hash: string }>('select prompt_hash as hash from picly.prompts where prompt like $1', [
      `%${markOf(name)}%`,
    ]);
    const [person] = await pool.query<{ key: Buffer }>('select key from runtime.person_keys where subject = $1', [`user:${idOf(name)}`]);
    if (!prompt || !person) throw new Error(`${name} is not known`);
    return {
      [`mark of ${name}`]: Buffer.from(markOf(name)),
      [`prompt of ${name}`]: Buffer.from(prompt.hash),
      [`key of ${name}`]: person.key,
    };
  });
}

/** Everything that is known of somebody, but for when it was asked. */
async function knownOf(name: string): Promise<unknown> {
  const { events, rows } = JSON.parse(await done('person', 'export', '--user', idOf(name))) as { events: unknown; rows: unknown };
  return { events, rows };
}

async function restarted(): Promise<void> {
  said += system.output + system.errors;
  await system.stop();
  system = await System.start(dataDirOf('data'), environmentOf(dataDirOf('data')));
}

it('a person who is erased is in no table, file, export, log or process any more; everybody else is as before', async () => {
  system = await System.start(dataDirOf('data'), environmentOf(dataDirOf('data')));
  await send();
  await system.folded();
  await park();
  const names = await projections();
  await done('rebuild', ...names);
  await done('rebuild', 'prompt-analytics', '--until', new Date().toISOString(), '--name', 'before');
  await done('log', 'export', path.join(folder, 'before.picly'));
  await exportAll(exports);

  const ann = await needlesOf('ann');
  const eve = await needlesOf('eve');
  const everybody = { ...ann, ...eve };
  // In a page of a table a row is whole; in the write-ahead log, the border of a page may cut what is searched for in two.
  await inside(dataDirOf('data'), (pool) => pool.query('checkpoint'));
  const rawBefore = await filesWith(dataDirOf('data'), everybody);
  for (const name of Object.keys(everybody)) expect(rawBefore.join('\n')).toContain(name);
  const tablesBefore = await inside(dataDirOf('data'), (pool) => tablesWith(pool, ann));
  expect(tablesBefore.length).toBeGreaterThan(20);
  expect(await filesWith(exports, ann)).not.toEqual([]);
  const others = [await knownOf('bob'), await knownOf('eve')];
  const [summary] = (await system.get<List<Record<string, number>>>('ratings/summary')).data;
  await rm(exports, { recursive: true });
  await mkdir(exports);

  const receipt = JSON.parse(await done('erase', '--user', idOf('ann'), '--json')) as ErasureReceipt;
  expect(receipt).toMatchObject({ state: 'done', storage: { rewritten: true, old_bytes: [], wal: 'overwritten', notes: [] } });
  const nowhere = async (): Promise<void> => {
    expect(await inside(dataDirOf('data'), (pool) => tablesWith(pool, ann))).toEqual([]);
    expect(await filesWith(dataDirOf('data'), ann)).toEqual([]);
  };
  await nowhere();
  expect(await inside(dataDirOf('data'), (pool) => tablesWith(pool, eve))).not.toEqual([]);
  await exportAll(exports);
  expect(await filesWith(exports, ann)).toEqual([]);
  expect((await filesWith(exports, eve)).length).toBeGreaterThan(3);

  expect([await knownOf('bob'), await knownOf('eve')]).toEqual(others);
  // Her stars count on, of nobody; her words are gone: of a rating of hers, of one in nobody's name, and of one that was mended.
  const words = (summary?.['feedback_count'] ?? 0) - 3;
  expect(await system.get('ratings/summary')).toMatchObject({ data: [{ ...summary, feedback_count: words }] });
  expect(await picly('verify', ...names)).toMatchObject({ code: 0 });
  await done('rebuild', ...names);
  await restarted();
  await system.folded();
  await nowhere();
  said += system.output + system.errors;
  expect(said.length).toBeGreaterThan(10_000);
  const own = said.split('\n').filter((line) => line.includes(markOf('ann')));
  expect(own).toEqual([]);
}, 600_000);

it('a backup from before the erasure brings nobody back', async () => {
  const backup = path.join(folder, 'before.picly');
  const newest = path.join(folder, 'newest.keys');
  await done('log', 'keys', newest);
  const dataDir = dataDirOf('restored');
  const restored = await runPicly({ DATA_DIR: dataDir }, 'log', 'import', backup, '--erasures', newest);
  expect(restored).toMatchObject({ code: 0 });
  const fresh = await System.start(dataDir, environmentOf(dataDir));
  try {
    await fresh.folded();
    const mark = { ann: Buffer.from(markOf('ann')) };
    expect(await inside(dataDir, (pool) => tablesWith(pool, mark))).toEqual([]);
    expect(await filesWith(dataDir, mark)).toEqual([]);
    expect((await filesWith(dataDir, { eve: Buffer.from(markOf('eve')) })).length).toBeGreaterThan(0);
    expect(await readFile(newest, 'utf8')).not.toContain(markOf('ann'));
    expect(fresh.output + fresh.errors).not.toContain(markOf('ann'));
  } finally {
    await fresh.stop();
  }
}, 400_000);
