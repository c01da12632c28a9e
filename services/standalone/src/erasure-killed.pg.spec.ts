import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EVENT_TYPES } from '@picly/contracts';
import { createPool } from '@picly/database';
import { Erasures, installErasures } from '@picly/erasure';
import { createPostgresLog } from '@picly/event-log';
import { PersonKeys } from '@picly/personal-data';
import { digestTables, installProjections, ProjectionRunner, schemaOf } from '@picly/projections';
import { anEvent, createTestDatabase, recordsOf, startProcess, topicSpecs, uuidOf } from '@picly/testing';
import { standalone } from './standalone.module';

const { projections } = standalone;
const FIXTURE = path.join(__dirname, 'eraser.fixture.ts');
const PEOPLE = ['ann', 'bob', 'eve'];

const history = Array.from({ length: 240 }, (_, n) => {
  const user_id = PEOPLE[n % 3] ?? 'ann';
  const generation_id = uuidOf(n % 40, 0x7);
  if (n % 4 === 0) return anEvent('generation-completed', { user_id, generation_id, prompt: `prompt ${n % 7} of ${user_id}` });
  if (n % 4 === 1) return anEvent('rating-submitted', { user_id, generation_id, rating: 1 + (n % 5), feedback: `of ${user_id}` });
  if (n % 4 === 2) return anEvent('behavior-tracked', { user_id, session_id: `visit of ${user_id}` });
  return anEvent('user-profiled', { user_id, traits: { nick: `of ${user_id}` } });
});

/** A system with this history in it, from which nobody or ann is erased by processes that die after so many milliseconds. */
async function digestsAfter(lives: readonly number[]): Promise<{ tables: unknown; kills: number }> {
  const database = await createTestDatabase();
  const pool = createPool({ url: database.url, maxConnections: 12 });
  await installProjections(pool, projections);
  await installErasures(pool);
  const log = await createPostgresLog({ url: database.url });
  await log.ensureTopics(topicSpecs(EVENT_TYPES, 2));
  const keys = new PersonKeys({ pool });
  const positions = await log.append(await recordsOf(history, keys));
  const runner = new ProjectionRunner({ log, pool, personKeys: keys, projections, group: 'live' });
  await runner.start();
  await runner.whenFolded(positions, 60_000);
  await runner.stop();
  const erasures = new Erasures(pool);
  const { id } = await erasures.request({ userId: 'ann' });
  const state = async (): Promise<string> => (await erasures.get(id))?.state ?? '';
  let kills = 0;
  for (const life of [...lives, Infinity]) {
    const eraser = startProcess(FIXTURE, [database.url]);
    await eraser.whenLine((line) => (line === 'ready' ? true : undefined));
    if (life === Infinity) while ((await state()) !== 'done') await sleep(20);
    else await sleep(life);
    eraser.signal('SIGKILL');
    await eraser.ended;
    if ((await state()) === 'done') break;
    kills++;
    // The process that leads is believed to live for half a minute.
    await pool.query('update runtime.erasures set lease_until = null');
  }
  const tables = await Promise.all(projections.map((projection) => digestTables(pool, schemaOf(projection), projection.tables)));
  await log.close();
  await pool.close();
  await database.drop();
  return { tables: tables.flat(), kills };
}

/** Pseudonyms are random: the erased person has another one in every system. */
const WITH_PSEUDONYM = [
  'ratings',
  'superseded_ratings',
  'call_ratings',
  'training_ratings',
  'user_activity',
  'people',
  'experiment_facts',
  'experiment_subjects',
];
const comparable = (tables: unknown): unknown =>
  (tables as { table: string; rows: number; digest: string }[]).map(({ table, rows, digest }) =>
    WITH_PSEUDONYM.includes(table) ? { table, rows } : { table, rows, digest },
  );

it('an erasure whose processes are killed ends as one whose process lives', async () => {
  const lived = await digestsAfter([]);
  const died = await digestsAfter([20, 70, 150]);
  expect(died.kills).toBeGreaterThan(0);
  expect(comparable(died.tables)).toEqual(comparable(lived.tables));
}, 240_000);
