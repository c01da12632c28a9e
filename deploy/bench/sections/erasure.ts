import { EVENT_TYPES } from '@picly/contracts';
import { createPool, type DatabasePool } from '@picly/database';
import { Eraser, Erasures, installErasures } from '@picly/erasure';
import { createPostgresLog, type EventLog } from '@picly/event-log';
import { PersonKeys } from '@picly/personal-data';
import { anEvent, recordsOf, topicSpecs, uuidOf } from '@picly/testing';
import type { BenchContext, Figure, Section } from '../harness/figure';
import { fillLog } from '../harness/filled-log';
import { foldLog } from '../harness/fold-log';
import { projectionsNamed } from '../harness/projections';
import { withPostgres } from '../harness/scratch';

interface Size {
  /** In the log, of everybody. */
  readonly events: number;
  /** Of the one who did most. */
  readonly ofOne: number;
  /** Erased in a row. */
  readonly people: number;
}

const FULL: Size = { events: 1_000_000, ofOne: 50_000, people: 1_000 };
const QUICK: Size = { events: 40_000, ofOne: 2_000, people: 40 };
const BUSY = 'the one who did most';
const PARTITIONS = 8;
const BATCH = 2_000;

interface World {
  readonly pool: DatabasePool;
  readonly log: EventLog;
}

/** Pictures and ratings of one person, a visit for each hundred. */
async function appendBusy({ pool, log }: World, count: number): Promise<void> {
  const keys = new PersonKeys({ pool });
  for (let at = 0; at < count; at += BATCH) {
    const events = Array.from({ length: Math.min(BATCH, count - at) }, (_, i) => {
      const n = at + i;
      const who = { user_id: BUSY, session_id: `visit ${Math.floor(n / 100)}`, generation_id: uuidOf(n >> 1, 0xb) };
      return n % 2 === 0
        ? anEvent('generation-completed', { ...who, prompt: `a fox number ${n % 5_000}` })
        : anEvent('rating-submitted', { ...who, rating: 1 + (n % 5), feedback: `remark ${n}` });
    });
    await log.append(await recordsOf(events, keys), { deadlineMs: 60_000 });
  }
}

interface Erased {
  readonly seconds: number;
  readonly events: number;
  readonly rows: number;
}

/** Asks for all of them at once, and works until nobody is left. */
async function erase({ pool, log }: World, userIds: readonly string[]): Promise<Erased> {
  const erasures = new Erasures(pool);
  const startedAt = performance.now();
  const ids: string[] = [];
  for (const userId of userIds) ids.push((await erasures.request({ userId })).id);
  const failed: unknown[] = [];
  const logger = { info: () => undefined, warn: (fields: object) => void failed.push(fields), error: () => undefined };
  const eraser = new Eraser({ pool, log, keys: new PersonKeys({ pool, staleMs: 0 }), projections: projectionsNamed(['all']), logger });
  while (await eraser.work());
  const seconds = (performance.now() - startedAt) / 1_000;
  const receipts = await Promise.all(ids.map((id) => erasures.get(id)));
  if (failed.length > 0 || receipts.some((receipt) => receipt?.state !== 'done'))
    throw new Error(`not all are erased: ${JSON.stringify(failed)}`);
  const tables = receipts.flatMap((receipt) => receipt?.projections.flatMap(({ tables: touched }) => Object.values(touched)) ?? []);
  return {
    seconds,
    events: receipts.reduce((sum, receipt) => sum + (receipt?.events ?? 0), 0),
    rows: tables.reduce((sum, { inserted, updated, deleted }) => sum + inserted + updated + deleted, 0),
  };
}

/** People of whom the log has something, in the order of their names. */
async function someOf(pool: DatabasePool, count: number): Promise<string[]> {
  const rows = await pool.query<{ id: string }>(
    `select substr(subject, 6) as id from runtime.person_keys where subject like 'user:user-%' order by subject limit $1`,
    [count],
  );
  return rows.map(({ id }) => id);
}

async function measure(world: World, { events, ofOne, people }: Size, say: BenchContext['say']): Promise<readonly Figure[]> {
  const one = await erase(world, [BUSY]);
  say(`one person with ${one.events} events: ${one.seconds.toFixed(1)} s, ${one.rows} rows changed`);
  const all = await erase(world, await someOf(world.pool, people));
  say(`${people} people with ${all.events} events: ${all.seconds.toFixed(1)} s, ${all.rows} rows changed`);
  const note = `${ofOne} of ${events} events, ${one.rows} rows changed in all views`;
  return [
    { name: 'one person erased', value: one.seconds, unit: 's', note },
    { name: 'events of one person taken back and folded again', value: one.events / one.seconds, unit: '/s' },
    { name: 'rows changed meanwhile', value: one.rows / one.seconds, unit: '/s' },
    {
      name: `${people} people erased, asked for in a row`,
      value: all.seconds,
      unit: 's',
      note: `${all.events} events, ${all.rows} rows changed`,
    },
    { name: 'per person', value: (1_000 * all.seconds) / people, unit: 'ms' },
  ];
}

async function run({ quick, dir, say }: BenchContext): Promise<readonly Figure[]> {
  const size = quick ? QUICK : FULL;
  return withPostgres(dir, async (server) => {
    await fillLog(server.url, size.events - size.ofOne);
    const pool = createPool({ url: server.url, maxConnections: 8 });
    const log = await createPostgresLog({ url: server.url });
    await log.ensureTopics(topicSpecs(EVENT_TYPES, PARTITIONS));
    try {
      await appendBusy({ pool, log }, size.ofOne);
      await foldLog({ url: server.url, serverPid: server.pid ?? 0, projections: 'all' });
      await installErasures(pool);
      say(`${size.events} events are folded into all views`);
      return await measure({ pool, log }, size, say);
    } finally {
      await log.close();
      await pool.close();
    }
  });
}

export const erasure: Section = {
  name: 'erasure',
  title: 'People erased from the log, all views, dead letters and storage of an embedded system, from the request to the receipt.',
  run,
};
