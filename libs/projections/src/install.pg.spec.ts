import type { EventType } from '@picly/contracts';
import { createPool, type DatabasePool } from '@picly/database';
import { createTestDatabase, type TestDatabase } from '@picly/testing';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { activateProjection } from './activate';
import { defineProjection, type MigrationClass, type Projection } from './define';
import { installProjections } from './install';

/** A migration that runs one statement, named like one of the `stamp`. */
function migration(stamp: number, statement: string): MigrationClass {
  return class implements MigrationInterface {
    readonly name = `Step${stamp}`;
    async up(runner: QueryRunner): Promise<void> {
      await runner.query(statement);
    }
    async down(): Promise<void> {}
  };
}

function colours(version: number, migrations: readonly MigrationClass[], changes: Partial<Projection> = {}): Projection {
  return defineProjection<EventType>({
    name: 'colours',
    version,
    events: ['rating-submitted'],
    tables: [{ name: 'colour_counts', key: ['colour'] }],
    migrations,
    fold: async () => undefined,
    ...changes,
  });
}

const first = migration(1750000000001, 'create table colour_counts (colour text primary key, n int)');
const wider = migration(1750000000002, 'alter table colour_counts add column stars int');
const reshaped = migration(1750000000003, 'create table colour_counts (n bigint, colour text primary key)');
const v1 = colours(1, [first]);
const v2 = colours(2, [reshaped]);

let database: TestDatabase;
let pool: DatabasePool;
beforeEach(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url, maxConnections: 4 });
});
afterEach(async () => {
  await pool.close();
  await database.drop();
});

const active = async () =>
  (await pool.query<{ active_version: number }>('select active_version from runtime.projections'))[0]?.active_version;

it('makes tables, registry and published views, and activates what is the first of its projection', async () => {
  const lines: string[] = [];
  await installProjections(database.url, [v1], { log: (line) => lines.push(line) });
  await pool.query(`insert into colours_v1.colour_counts values ('red', 3)`);
  expect(await pool.query('select * from picly.colour_counts')).toEqual([{ colour: 'red', n: 3 }]);
  expect(await active()).toBe(1);
  expect(lines).toEqual(['projection colours: version 1 is active']);
});

it('may be done by any number of processes at once', async () => {
  const other = colours(1, [migration(1750000000009, 'create table shade_counts (shade text primary key)')], {
    name: 'shades',
    tables: [{ name: 'shade_counts', key: ['shade'] }],
  });
  await Promise.all(Array.from({ length: 5 }, () => installProjections(database.url, [v1, other])));
  expect(await pool.query('select * from picly.colour_counts, picly.shade_counts')).toEqual([]);
});

it('is three queries when there is nothing to do', async () => {
  await installProjections(pool, [v1]);
  const asked = jest.spyOn(pool, 'query');
  await installProjections(pool, [v1]);
  expect(asked).toHaveBeenCalledTimes(3);
});

/** As if something had been folded: there is something to build anew. */
const folded = (): Promise<unknown> =>
  pool.query(
    `insert into runtime.checkpoints (projection, version, topic, partition, first_offset, next_offset, owner)
     values ('colours', 1, 'picly.rating-submitted', 0, 0, 3, 'test')`,
  );

it('a description that changed before anything was folded takes the place of the one before at once', async () => {
  await installProjections(pool, [v1]);
  const lines: string[] = [];
  await installProjections(pool, [colours(1, [first, wider])], { log: (line) => lines.push(line) });
  expect(lines).toEqual(['projection colours: version 2 is active (nothing had been folded before)']);
  await pool.query(`insert into colours_v2.colour_counts values ('red', 3, 4)`);
  expect(await pool.query('select * from picly.colour_counts')).toEqual([{ colour: 'red', n: 3, stars: 4 }]);
});

it('a changed description is built beside the active version, which has its columns meanwhile, as null', async () => {
  await installProjections(pool, [v1]);
  await pool.query(`insert into colours_v1.colour_counts values ('red', 3)`);
  await folded();
  const changed = colours(2, [first, wider]);
  await installProjections(pool, [changed]);
  await installProjections(pool, [changed]);
  expect(await pool.query('select * from picly.colour_counts')).toEqual([{ colour: 'red', n: 3, stars: null }]);
  expect(await active()).toBe(1);
  const jobs = await pool.query('select kind, version, base_version, code_version, state from runtime.projection_jobs');
  expect(jobs).toEqual([{ kind: 'deploy', version: 2, base_version: 1, code_version: 2, state: 'requested' }]);
});

it('of two deployments the second is refused in a sentence while somebody works on the first, and takes its place when nobody does', async () => {
  await installProjections(pool, [v1]);
  await folded();
  await installProjections(pool, [v2]);
  await pool.query(`update runtime.projection_jobs set owner = 'host/7', lease_until = now() + interval '1 minute'`);
  const third = colours(3, [first, wider]);
  await expect(installProjections(pool, [third])).rejects.toThrow(
    'colours: code version 3 cannot be deployed while host/7 is at work on version 2 (deploy, requested): ' +
      'wait until that is done, or cancel it (picly rebuild --cancel colours), then start again',
  );
  await pool.query(`update runtime.projection_jobs set lease_until = now() - interval '1 second'`);
  await installProjections(pool, [third]);
  expect(await pool.query('select version, code_version, state from runtime.projection_jobs order by id')).toEqual([
    { version: 2, code_version: 2, state: 'cancelled' },
    { version: 3, code_version: 3, state: 'requested' },
  ]);
  expect(await pool.query(`select schema_name from information_schema.schemata where schema_name ~ '^colours' order by 1`)).toEqual([
    { schema_name: 'colours_v1' },
    { schema_name: 'colours_v3' },
  ]);
});

it('says that a newer version is built beside the active one; readers keep the old one until it is activated', async () => {
  await installProjections(pool, [v1]);
  await pool.query(`insert into colours_v1.colour_counts values ('red', 3)`);
  await folded();
  const lines: string[] = [];
  await installProjections(pool, [v2], { log: (line) => lines.push(line) });
  expect(lines).toEqual(['projection colours: version 2 is built beside the active version 1, and shown once it has caught up']);
  expect(await pool.query('select colour, n from picly.colour_counts')).toEqual([{ colour: 'red', n: 3 }]);
  await pool.query(`insert into colours_v2.colour_counts values (4, 'blue')`);
  await activateProjection(pool, v2);
  expect(await pool.query('select colour, n from picly.colour_counts')).toEqual([{ colour: 'blue', n: 4 }]);
  await activateProjection(pool, v1);
  expect(await pool.query('select colour, n from picly.colour_counts')).toEqual([{ colour: 'red', n: 3 }]);
});

it('readers see one version or the other while it is switched, never neither', async () => {
  await installProjections(pool, [v1]);
  await folded();
  await installProjections(pool, [v2]);
  await pool.query(`insert into colours_v1.colour_counts values ('red', 1)`);
  await pool.query(`insert into colours_v2.colour_counts values (2, 'blue')`);
  const seen = new Set<number>();
  let switching = true;
  const reading = (async () => {
    while (switching) for (const row of await pool.query<{ n: number }>('select n::int from picly.colour_counts')) seen.add(row.n);
  })();
  for (let i = 0; i < 12; i++) await activateProjection(pool, i % 2 === 0 ? v2 : v1);
  switching = false;
  await reading;
  expect([...seen].sort()).toEqual([1, 2]);
});

it('an older version than the active one is not published', async () => {
  await installProjections(pool, [v2]);
  const lines: string[] = [];
  await installProjections(pool, [v1], { log: (line) => lines.push(line) });
  expect(await active()).toBe(2);
  expect(lines[0]).toContain('older than the active version 2');
});

it('refuses two projections that publish the same name', async () => {
  await expect(installProjections(pool, [v1, colours(1, [first], { name: 'paints' })])).rejects.toThrow(
    'picly.colour_counts belongs to colours and to paints',
  );
});

it('only what is installed can be activated', async () => {
  await installProjections(pool, [v1]);
  await expect(activateProjection(pool, v2)).rejects.toThrow('colours@2 is not installed');
});
