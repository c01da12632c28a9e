import { createHash } from 'node:crypto';
import { EVENT_TYPES, type DecodedEvent } from '@picly/contracts';
import { createPool, migrate, type DatabasePool } from '@picly/database';
import { Eraser, Erasures, installErasures } from '@picly/erasure';
import type { AppendRecord } from '@picly/event-log';
import { PersonKeys } from '@picly/personal-data';
import {
  DeadLetterDesk,
  installProjections,
  mendedEvent,
  numbered,
  ProjectionRunner,
  requestSettlement,
  schemaOf,
  settlementOutcome,
  StaleKeysError,
  tableRows,
  VERSION_MIGRATIONS,
  type Projection,
} from '@picly/projections';
import { anEvent, createTestDatabase, MemoryLog, recordsOf, seededRandom, topicSpecs, uuidOf, type TestDatabase } from '@picly/testing';
import type { Client } from 'pg';
import { standalone } from './standalone.module';

const START = Date.UTC(2026, 4, 1);
const { projections } = standalone;
/** The same descriptions under other numbers: their tables are made from the log alone, and no erasure knows of them. */
const REBUILT = projections.map((projection) => numbered(projection, 900 + projection.version));

let database: TestDatabase;
let pool: DatabasePool;
let keys: PersonKeys;
let log: MemoryLog;
const runners: ProjectionRunner[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url, maxConnections: 12 });
  await installProjections(pool, projections);
  await installErasures(pool);
  keys = new PersonKeys({ pool, staleMs: 0 });
  log = new MemoryLog();
  await log.ensureTopics(topicSpecs(EVENT_TYPES, 4));
});
afterEach(async () => {
  await Promise.all(runners.splice(0).map((runner) => runner.stop()));
  await log.close();
  await pool.close();
  await database.drop();
});

interface Parked {
  readonly id: number;
  readonly projection: string;
  readonly version: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer;
  readonly record_timestamp_ms: number;
}

const NOBODY = undefined;
const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };

type Pick = <T>(...values: readonly T[]) => T;
interface Who {
  readonly user_id: string | undefined;
  readonly session_id: string | undefined;
  readonly context: { readonly told: string };
}

/** One event of each kind; all of its texts carry the name. */
const KINDS: readonly ((pick: Pick, of: string, who: Who) => readonly [Parameters<typeof anEvent>[0], object])[] = [
  (pick, of, who) => {
    const success = pick(true, false);
    const prompt = pick(`a fox only ${of} knows`, `a castle only ${of} knows`, 'a red fox', 'A Red  Fox');
    const told = {
      image_url: `https://x/of ${of}.png`,
      parameters: { negative: `not ${of}` },
      error: success ? NOBODY : `timeout of ${of}`,
    };
    return ['generation-completed', { ...who, ...told, prompt, success, engine: pick('flux', 'dalle3') }];
  },
  (pick, of, who) => [
    'rating-submitted',
    { ...who, rating: pick(1, 2, 3, 4, 5), feedback: pick(NOBODY, `feedback of ${of}`), tags: [pick('style', 'colors')] },
  ],
  (pick, of, who) => ['action-tracked', { ...who, action: pick('download', 'share', 'use'), details: { by: of } }],
  (pick, of, who) => {
    const told = { page: `/home/${of}`, details: { by: of }, device: { type: 'mobile', model: `phone of ${of}` } };
    return ['behavior-tracked', { ...who, session_id: who.session_id ?? 'visit-shared', action: pick('click', 'help'), ...told }];
  },
  (_, of, who) => ['engine-call-measured', { ...who, success: false, error: `content policy of ${of}` }],
  (pick, of, who) => ['user-profiled', { ...who, plan: pick('free', 'pro'), traits: { nick: `the ${of}` } }],
  (pick, _, who) => ['experiment-exposed', { ...who, variant: pick('a', 'b') }],
  (_, __, who) => ['conversion-tracked', who],
];
const NEEDS_USER: readonly string[] = ['user-profiled', 'experiment-exposed', 'conversion-tracked'];
const ABOUT_GENERATIONS: readonly string[] = ['generation-completed', 'rating-submitted', 'action-tracked'];

/** What some people do in a week, in visits some of them share. */
function happenings(count: number, seed: number): DecodedEvent[] {
  const random = seededRandom(seed);
  const pick: Pick = (...values) => values[Math.floor(random() * values.length)]!;
  return Array.from({ length: count }, () => {
    const user = pick('ann', 'bob', 'eve', NOBODY);
    const of = user ?? 'nobody';
    const visits = user === NOBODY ? ['visit-of nobody', 'visit-of ann', NOBODY] : [`visit-of ${of}`, 'visit-shared', NOBODY];
    const who = { user_id: user, session_id: pick(...visits), context: { told: `context of ${of}` } };
    const [type, data] = pick(...KINDS)(pick, of, who);
    const named = NEEDS_USER.includes(type) && user === NOBODY ? { user_id: 'mia', session_id: NOBODY } : {};
    const about = ABOUT_GENERATIONS.includes(type) ? { generation_id: uuidOf(Math.floor(random() * 25), 0x6) } : {};
    return anEvent(type, { ...data, ...named, ...about }, { occurredAt: START + Math.floor(random() * 7 * 86_400_000) });
  });
}

/** As the gateway writes them: keys of records never name anybody. */
async function written(events: readonly DecodedEvent[], by: PersonKeys): Promise<AppendRecord[]> {
  const records = await recordsOf(events, by);
  return records.map((record) => ({ ...record, key: createHash('sha256').update(record.key).digest('hex') }));
}

async function append(events: readonly DecodedEvent[]): Promise<void> {
  await log.append(await written(events, keys));
}

async function fold(of: readonly Projection[], group: string): Promise<void> {
  const runner = new ProjectionRunner({ log, pool, personKeys: keys, projections: of, group });
  await runner.start();
  for (const { topic, partition, end } of await log.bounds(EVENT_TYPES.map((type) => `picly.${type}`)))
    if (end > 0) await runner.whenFolded([{ topic, partition, offset: end - 1 }], 60_000);
  await runner.stop();
}

const eraser = (overrides: Partial<ConstructorParameters<typeof Eraser>[0]> = {}): Eraser =>
  new Eraser({ pool, log, keys: overrides.keys ?? new PersonKeys({ pool, staleMs: 0 }), projections, logger: QUIET, ...overrides });

function ignoreStaleKeys(error: unknown): void {
  if (!(error instanceof StaleKeysError)) throw error;
}

async function erase(userId: string, one = eraser()): Promise<string> {
  const { id } = await new Erasures(pool).request({ userId });
  while ((await new Erasures(pool).get(id))?.state !== 'done') await one.work().catch(ignoreStaleKeys);
  return id;
}

type Dump = Record<string, readonly Record<string, unknown>[]>;

async function dump(of: readonly Projection[]): Promise<Dump> {
  const tables: Dump = {};
  for (const projection of of) {
    for (const table of projection.tables) {
      tables[`${projection.name}.${table.name}`] = await tableRows(pool, schemaOf(projection), table);
    }
  }
  return tables;
}

/** What folding the log as it reads now makes of it, from its start, in tables of its own. */
async function rebuilt(): Promise<Dump> {
  for (const projection of REBUILT) {
    await pool.query(`delete from runtime.projection_versions where projection = $1 and version = $2`, [
      projection.name,
      projection.version,
    ]);
    await pool.query(`drop schema if exists "${schemaOf(projection)}" cascade`);
  }
  await installBeside(REBUILT);
  await fold(REBUILT, `rebuilt-${Math.random()}`);
  return dump(REBUILT);
}

async function installBeside(of: readonly Projection[]): Promise<void> {
  for (const projection of of) {
    await migrate(pool, { schema: schemaOf(projection), migrations: [...VERSION_MIGRATIONS, ...projection.migrations] });
    await pool.query(
      `insert into runtime.projection_versions (projection, version, schema_name, topics, tables, sql_views, definition, code_version, state)
       select projection, $2, $3, topics, tables, sql_views, definition, code_version, 'live'
         from runtime.projection_versions where projection = $1 and version < 900 limit 1`,
      [projection.name, projection.version, schemaOf(projection)],
    );
  }
}

/** Every row of every table as text, the log of this test aside. */
async function rowsAsText(): Promise<string[]> {
  const tables = await pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  const texts = await Promise.all(
    [...tables, { name: 'pg_stats' }].map(({ name }) => pool.query<{ row: string }>(`select '${name} ' || t::text as row from ${name} t`)),
  );
  return texts.flat().map(({ row }) => row);
}

const OF_ANN = ['only ann knows', 'of ann', 'not ann', 'the ann', '/home/ann', 'user:ann', '"by":"ann"'];

/** The rows, of all tables, with something of hers in them. */
async function tracesOfAnn(): Promise<string[]> {
  const rows = await rowsAsText();
  return rows.filter((row) => OF_ANN.some((string) => row.includes(string))).map((row) => row.slice(0, 300));
}

const isAbout = (name: string, row: Record<string, unknown>): boolean => JSON.stringify(row).includes(name);
const TOPICS = EVENT_TYPES.map((type) => `picly.${type}`);

async function textOfLog(): Promise<string> {
  const from = (await log.bounds(TOPICS)).map(({ topic, partition, start }) => ({ topic, partition, offset: start }));
  const batches = await log.read({ from, maxRecords: 100_000, maxWaitMs: 0 });
  return batches
    .flatMap(({ records }) => records)
    .map(({ key, value, headers }) => `${key} ${value.toString()} ${JSON.stringify(headers)}`)
    .join('\n');
}

describe('erasing a person', () => {
  it('leaves every table as a rebuild of the log without the key makes it, and says what was touched', async () => {
    await append(happenings(600, 1));
    await fold(projections, 'live');
    const before = await dump(projections);
    const id = await erase('ann');
    const after = await dump(projections);
    expect(after).toEqual(await rebuilt());

    const receipt = await new Erasures(pool).get(id);
    expect(receipt).toMatchObject({ state: 'done', subjects: { users: 1 }, storage: { wal: 'ages', notes: [] }, last_error: null });
    expect(receipt?.projections.map(({ projection, outcome }) => `${projection} ${outcome}`)).toEqual(
      projections.map((one) => `${one.name} ${'unfold' in one ? 'refolded' : 'untouched'}`).sort(),
    );
    expect(JSON.stringify(receipt)).not.toContain('ann');

    const people = (tables: Dump): unknown =>
      tables['engagement.people']?.filter((row) => isAbout('user:bob', row) || isAbout('user:eve', row));
    expect(people(after)).toEqual(people(before));
    const stars = (tables: Dump): unknown =>
      tables['model-performance.model_performance']?.map(({ day, engine, calls, r1, r5, cost_micros }) => [
        day,
        engine,
        calls,
        r1,
        r5,
        cost_micros,
      ]);
    expect(stars(after)).toEqual(stars(before));
  }, 120_000);

  it('leaves none of their strings in any table or in the log', async () => {
    await append(happenings(400, 2));
    await fold(projections, 'live');
    await pool.query(
      `insert into runtime.projection_audits (projection, version, audit, took_ms, offending, sample)
       values ('engagement', 1, 'people', 1, 1, '[{"person":"user:ann"}]')`,
    );
    await pool.query(
      `with job as (insert into runtime.projection_jobs (pass, kind, projection) values (gen_random_uuid(), 'verify', 'engagement') returning id)
       insert into runtime.projection_differences (job, table_name, n, key, kind, columns)
       select id, 'people', 1, '{"person":"user:ann"}', 'changed', '{events}' from job`,
    );
    expect(await tracesOfAnn()).not.toEqual([]);
    await erase('ann');
    expect(await tracesOfAnn()).toEqual([]);
    const text = (await rowsAsText()).join('\n');
    expect(text).toContain('feedback of bob');
    expect(text).toContain('a red fox');
    expect(await textOfLog()).not.toMatch(/\b(ann|bob|fox)\b/);
  }, 120_000);

  it('ends the same however often it is cut off on the way', async () => {
    await append(happenings(120, 3));
    await fold(projections, 'live');
    await new Erasures(pool).request({ userId: 'ann' });
    let cuts = 0;
    const state = async (): Promise<string | undefined> => (await new Erasures(pool).list(1))[0]?.state;
    // At the end all tables are written anew, or none.
    for (let budget = 1; (await state()) !== 'done'; budget += (await state()) === 'settling' ? 20 : 2) {
      const short = createPool({ url: database.url, maxConnections: 1 });
      let left = budget;
      short.pg.on('connect', (client: Client) => {
        const query: (...args: unknown[]) => unknown = client.query.bind(client);
        Object.assign(client, {
          query: (...args: unknown[]) => {
            // The connection breaks in the middle of whatever was going on.
            if (left-- <= 0) client.connection.stream.destroy();
            return query(...args);
          },
        });
      });
      const one = eraser({ pool: short });
      try {
        while (await one.work()) left = Math.max(0, left);
      } catch {
        cuts++;
      }
      await short.close().catch(() => undefined);
      await pool.query('update runtime.erasures set lease_until = null');
    }
    expect(cuts).toBeGreaterThan(20);
    expect(await new Erasures(pool).list(1)).toMatchObject([{ storage: { rewritten: true, notes: [] } }]);
    expect(await dump(projections)).toEqual(await rebuilt());
  }, 240_000);

  it('goes on at once in a process that has the database for itself, whatever a dead one had leased', async () => {
    await append(happenings(60, 12));
    await fold(projections, 'live');
    const { id } = await new Erasures(pool).request({ userId: 'ann' });
    await pool.query(`update runtime.erasures set owner = 'dead', lease_until = now() + interval '1 hour'`);
    expect(await eraser().work()).toBe(false);
    const sole = eraser({ sole: true, pollMs: 10 });
    sole.start();
    while ((await new Erasures(pool).get(id))?.state !== 'done') await new Promise((resolve) => setTimeout(resolve, 20));
    await sole.stop();
    expect(await tracesOfAnn()).toEqual([]);
  }, 60_000);

  it('goes on at once in another process when the one that led it is stopped', async () => {
    await append(happenings(60, 13));
    await fold(projections, 'live');
    await new Erasures(pool).request({ userId: 'ann' });
    const [first, second] = [eraser(), eraser()];
    jest.spyOn(log, 'bounds').mockRejectedValueOnce(new Error('the log is away'));
    await expect(first.work()).rejects.toThrow('the log is away');
    expect(await second.work()).toBe(false);
    await first.stop();
    expect(await second.work()).toBe(true);
  }, 60_000);

  it('takes back what an operator mended to be theirs, and leaves what was mended to be of somebody else', async () => {
    await append(happenings(60, 14));
    const rating = (user_id: string, generation: number) => ({
      user_id,
      session_id: `visit-of ${user_id} later`,
      generation_id: uuidOf(generation, 0x6),
      rating: 1,
      feedback: `mended feedback of ${user_id}`,
    });
    const [nobodys, hers] = await written([anEvent('rating-submitted', {}), anEvent('rating-submitted', rating('ann', 2))], keys);
    if (!nobodys || !hers) throw new Error('no records');
    await log.append([
      { ...nobodys, key: 'nobody', value: Buffer.from('{') },
      { ...hers, key: 'hers', headers: { ...hers.headers, ce_type: 'action-tracked' } },
    ]);
    await fold(projections, 'live');
    const desk = new DeadLetterDesk({ pool, keys, projections: () => projections, pollMs: 20 });
    desk.start();
    const letters = await pool.query<Parked>('select * from runtime.dead_letters order by id');
    for (const { id, projection: name, version, record_timestamp_ms: timestamp, ...record } of letters) {
      const key = record.key.toString();
      const fixed = await mendedEvent({ ...record, key, timestamp }, key === 'hers' ? rating('bob', 3) : rating('ann', 4), keys);
      const job = await requestSettlement(pool, { name, version, action: 'fix', letters: [id], author: 'eve', reason: null, fixed });
      expect(await settlementOutcome(pool, job, 60_000)).toMatchObject({ folded: 1, failures: [] });
    }
    await desk.stop();
    expect(letters.length).toBeGreaterThan(5);
    expect((await tracesOfAnn()).join('\n')).toContain('mended feedback of ann');
    await erase('ann');
    expect(await tracesOfAnn()).toEqual([]);
    expect((await rowsAsText()).join('\n')).toContain('mended feedback of bob');
    expect(await dump(projections)).toEqual(await rebuilt());
  }, 120_000);

  it('cleans versions that are kept beside the one that serves', async () => {
    await append(happenings(150, 4));
    await fold(projections, 'live');
    await rebuilt();
    await erase('ann');
    expect(await dump(projections)).toEqual(await dump(REBUILT));
    expect(await tracesOfAnn()).toEqual([]);
  }, 120_000);

  it('counts their dead letters, which fold without the person once they are settled', async () => {
    await append(happenings(60, 11));
    const rated = anEvent('rating-submitted', { user_id: 'ann', generation_id: uuidOf(1, 0x6), feedback: 'feedback of ann' });
    const [behind] = await written([rated], keys);
    const [poison] = await written([anEvent('rating-submitted', { user_id: 'ann', generation_id: uuidOf(1, 0x6) })], keys);
    if (!behind || !poison) throw new Error('no records');
    await log.append([{ ...poison, headers: { ...poison.headers, ce_type: 'action-tracked' } }, behind]);
    await fold(projections, 'live');
    const id = await erase('ann');
    const letters = await pool.query<{ id: number; projection: string; version: number; sequence: number }>(
      'select id, projection, version, sequence from runtime.dead_letters order by id',
    );
    expect(letters.length).toBeGreaterThan(5);
    expect(await new Erasures(pool).get(id)).toMatchObject({ dead_letters: letters.length });
    const desk = new DeadLetterDesk({ pool, keys, projections: () => projections, pollMs: 20 });
    desk.start();
    for (const { id: letter, projection: name, version } of letters.filter(({ sequence }) => sequence === 1)) {
      const job = await requestSettlement(pool, { name, version, action: 'discard', letters: [letter], author: 'eve', reason: 'broken' });
      expect(await settlementOutcome(pool, job, 60_000)).toMatchObject({ discarded: 1, folded: 1, failures: [] });
    }
    await desk.stop();
    expect(await tracesOfAnn()).toEqual([]);
    expect(await dump(projections)).toEqual(await rebuilt());
  }, 120_000);

  it('of somebody unknown, or for a second time, changes nothing and says so', async () => {
    await append(happenings(60, 5));
    const erasures = new Erasures(pool);
    await expect(erasures.request({ userId: 'nobody at all' })).rejects.toThrow('Nothing is known of a person with this id');
    expect(await erasures.list(10)).toEqual([]);
    const { id } = await erasures.request({ userId: 'ann' });
    expect((await erasures.request({ userId: 'ann' })).id).toBe(id);
    await erase('ann');
    await expect(erasures.request({ userId: 'ann' })).rejects.toThrow(id);
    expect(await erasures.list(10)).toHaveLength(1);
  });
});

describe('events of an erased person that are under way', () => {
  it('are folded without the person, also by a process that still remembers the key', async () => {
    const remembering = new PersonKeys({ pool, staleMs: 2_000 });
    await append(happenings(100, 6));
    const runner = new ProjectionRunner({ log, pool, personKeys: remembering, projections, group: 'live' });
    runners.push(runner);
    await runner.start();
    const late = await written(happenings(100, 7), remembering);
    for (const { topic, partition, end } of await log.bounds(TOPICS))
      if (end > 0) await runner.whenFolded([{ topic, partition, offset: end - 1 }]);
    const erasing = erase('ann');
    for (const record of late) await log.append([record]);
    await erasing;
    for (const { topic, partition, end } of await log.bounds(TOPICS))
      if (end > 0) await runner.whenFolded([{ topic, partition, offset: end - 1 }], 60_000);
    expect(await tracesOfAnn()).toEqual([]);
    expect(await dump(projections)).toEqual(await rebuilt());
  }, 120_000);

  it('are not read with a key that the process that erases remembers', async () => {
    await append(happenings(100, 10));
    await fold(projections, 'live');
    const remembering = new PersonKeys({ pool, staleMs: 1_000 });
    await written(happenings(100, 10), remembering);
    await erase('ann', eraser({ keys: remembering }));
    expect(await tracesOfAnn()).toEqual([]);
    expect(await dump(projections)).toEqual(await rebuilt());
  }, 120_000);

  it('cannot revive the person: a key that was made behind the back of the erasure is destroyed as well', async () => {
    await append(happenings(80, 8));
    await fold(projections, 'live');
    await new Erasures(pool).request({ userId: 'ann' });
    const one = eraser();
    const states = async (): Promise<string | undefined> => (await new Erasures(pool).list(1))[0]?.state;
    while ((await states()) !== 'cleaning') await one.work();
    // What a statement does that began before anybody was to be erased.
    await pool.query(
      `insert into runtime.person_keys (subject, ref, key) values ('user:ann', gen_random_uuid(), decode(repeat('ab', 32), 'hex'))`,
    );
    const revived = new PersonKeys({ pool });
    jest.spyOn(revived, 'ensure').mockImplementation(async () => {
      const [row] = await pool.query<{ ref: string; key: Buffer }>(`select ref, key from runtime.person_keys where subject = 'user:ann'`);
      return new Map(row ? [['user:ann', { ref: row.ref, secret: row.key }]] : []);
    });
    await log.append(await written([anEvent('user-profiled', { user_id: 'ann', traits: { nick: 'back of ann' } })], revived));
    await fold(projections, 'live');
    while ((await states()) !== 'done') await one.work();
    expect(await tracesOfAnn()).toEqual([]);
    expect(await dump(projections)).toEqual(await rebuilt());
  }, 120_000);

  it('get no key any more, in any process, while others do', async () => {
    await append(happenings(60, 9));
    await erase('ann');
    const found = await new PersonKeys({ pool }).ensure([
      { kind: 'user', id: 'ann' },
      { kind: 'user', id: 'new' },
      { kind: 'session', id: 'visit-of ann' },
    ]);
    expect([...found.keys()]).toEqual(['user:new']);
  });
});
