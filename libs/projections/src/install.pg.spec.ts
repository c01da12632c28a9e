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

it('is one query when there is nothing to do', async () => {
  await installProjections(pool, [v1]);
  const asked = jest.spyOn(pool, 'query');
  await installProjections(pool, [v1]);
  expect(asked).toHaveBeenCalledTimes(1);
});

it('completes a version whose description grew', async () => {
  await installProjections(pool, [v1]);
  await pool.query(`insert into colours_v1.colour_counts values ('red', 3)`);
  await installProjections(pool, [colours(1, [first, wider])]);
  expect(await pool.query('select * from picly.colour_counts')).toEqual([{ colour: 'red', n: 3, stars: null }]);
});

it('builds a newer version beside the active one and says so; readers keep the old one until it is activated', async () => {
  await installProjections(pool, [v1]);
  await pool.query(`insert into colours_v1.colour_counts values ('red', 3)`);
  const lines: string[] = [];
  await installProjections(pool, [v2], { log: (line) => lines.push(line) });
  expect(lines).toEqual(['projection colours: version 2 is built beside the active version 1; activate it when it has caught up']);
  expect(await pool.query('select colour, n from picly.colour_counts')).toEqual([{ colour: 'red', n: 3 }]);
  await pool.query(`insert into colours_v2.colour_counts values (4, 'blue')`);
  await activateProjection(pool, v2);
  expect(await pool.query('select colour, n from picly.colour_counts')).toEqual([{ colour: 'blue', n: 4 }]);
  await activateProjection(pool, v1);
  expect(await pool.query('select colour, n from picly.colour_counts')).toEqual([{ colour: 'red', n: 3 }]);
});

it('readers see one version or the other while it is switched, never neither', async () => {
  await installProjections(pool, [v1]);
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
