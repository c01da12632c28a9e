import { toyProjection } from '@picly/testing';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { defineProjection, type MigrationClass, type Projection } from '../define';
import { generation, toyHistory, toyTables } from '../toy-model.features';
import { sideSchemaOf } from '../versions';
import { openRebuildHarness, type RebuildHarness } from './rebuild-harness.features';

let harness: RebuildHarness;
beforeEach(async () => void (harness = await openRebuildHarness()));
afterEach(() => harness.close());

describe('a verification', () => {
  it('finds nothing in what was folded, and leaves nothing behind', async () => {
    const { runner } = await harness.start([toyProjection]);
    await runner.whenFolded(await harness.append(toyHistory(120)));
    const done = await harness.ended((await harness.admin.verify([]))[0]!);
    expect(done).toMatchObject({ state: 'done', message: 'equal to version 1 after the same events', comparison: { differences: 0 } });
    expect(await harness.admin.versions('toy')).toHaveLength(1);
    expect(await harness.pool.query(`select 1 from information_schema.schemata where schema_name = 'toy_v2'`)).toEqual([]);
  });

  it('names every row that was changed, lost or made up behind the back of the log', async () => {
    const { runner } = await harness.start([toyProjection]);
    await runner.whenFolded(await harness.append(toyHistory(120)));
    await harness.pool.query(`update toy_v1.toy_engines set stars = stars + 1 where engine = 'dalle3'`);
    await harness.pool.query('delete from toy_v1.toy_facts where generation_id = $1', [generation(2)]);
    await harness.pool.query('insert into toy_v1.toy_facts (generation_id) values ($1)', [generation(99)]);
    const done = await harness.ended((await harness.admin.verify(['toy']))[0]!);
    expect(done.message).toBe('3 rows differ from version 1 after the same events (2 in toy_facts, 1 in toy_engines)');
    expect(await harness.admin.differences(done.id, { limit: 10 })).toEqual([
      { n: 1, table: 'toy_engines', key: { engine: 'dalle3' }, kind: 'changed', columns: ['stars'] },
      { n: 2, table: 'toy_facts', key: { generation_id: generation(2) }, kind: 'only_built', columns: [] },
      { n: 3, table: 'toy_facts', key: { generation_id: generation(99) }, kind: 'only_base', columns: [] },
    ]);
    expect(await harness.active('toy')).toBe(1);
  });
});

describe('a copy as of then', () => {
  it('holds what had been received before a time, readable by name, and can be dropped', async () => {
    const events = toyHistory(100);
    const { runner } = await harness.start([toyProjection]);
    await runner.whenFolded(await harness.append(events));
    const times = events.map(({ receivedAt }) => receivedAt).sort((a, b) => a - b);
    const cut = times[60]!;
    // Within a partition records stand in the order of their receipt, as a gateway writes them.
    const sorted = [...events].sort((a, b) => a.receivedAt - b.receivedAt);
    await harness.close();
    harness = await openRebuildHarness();
    const again = await harness.start([toyProjection]);
    await again.runner.whenFolded(await harness.append(sorted));
    const done = await harness.ended(await harness.admin.side('toy', { until: { time_ms: cut }, label: 'before-noon' }));
    expect(done).toMatchObject({
      state: 'done',
      message: 'the copy is in schema picly_before_noon; picly drop toy before-noon takes it away',
    });
    expect(await harness.rows(toyProjection, 2)).toEqual(toyTables(sorted.filter(({ receivedAt }) => receivedAt < cut)));
    expect(await harness.pool.query(`select 1 from ${sideSchemaOf('before-noon')}.toy_facts limit 1`)).toHaveLength(1);
    expect(await harness.admin.copies()).toMatchObject([{ projection: 'toy', version: 2, label: 'before-noon', state: 'side' }]);
    await expect(harness.admin.side('toy', { until: { time_ms: cut }, label: 'before-noon' })).rejects.toThrow(
      'a copy named before-noon already',
    );
    await harness.admin.drop('toy', 'before-noon');
    expect(
      await harness.pool.query(`select 1 from information_schema.schemata where schema_name like '%before_noon' or schema_name = 'toy_v2'`),
    ).toEqual([]);
  });

  it('ends at the positions it is given, and goes no further', async () => {
    const first = toyHistory(80);
    const { runner } = await harness.start([toyProjection]);
    const positions = await harness.append(first);
    await runner.whenFolded(await harness.append(toyHistory(40)));
    const ends = new Map<string, (typeof positions)[number]>();
    for (const position of positions) ends.set(`${position.topic}/${position.partition}`, { ...position, offset: position.offset + 1 });
    await harness.ended(await harness.admin.side('toy', { until: { positions: [...ends.values()] }, label: 'then' }));
    await runner.whenFolded(await harness.append(toyHistory(20)));
    expect(await harness.rows(toyProjection, 2)).toEqual(toyTables(first));
  });
});

function migration(stamp: number, statement: string): MigrationClass {
  return class implements MigrationInterface {
    readonly name = `Step${stamp}`;
    async up(runner: QueryRunner): Promise<void> {
      await runner.query(statement);
    }
    async down(): Promise<void> {}
  };
}

/** A new column, and another rule for it. */
const changed: Projection = defineProjection({
  ...(toyProjection as Projection),
  version: 2,
  migrations: [...toyProjection.migrations, migration(1760000900001, 'alter table toy_engines add column doubled int not null default 0')],
  fold: async (events, sql) => {
    await (toyProjection as Projection).fold(events, sql);
    await sql.query('update toy_engines set doubled = 2 * stars');
  },
});

describe('a changed projection', () => {
  it('is deployed at start: built beside, compared by the columns that both have, shown; readers of the new column see null until then', async () => {
    const events = toyHistory(150);
    const old = await harness.start([toyProjection]);
    await old.runner.whenFolded(await harness.append(events));
    await old.stop();
    const seen: (number | null)[] = [];
    const failures: unknown[] = [];
    let reading = true;
    const { runner } = await harness.start([changed]);
    const reader = (async () => {
      while (reading) {
        try {
          const rows = await harness.pool.query<{ d: number | null }>(
            'select doubled as d, e.* from picly.toy_engines e',
            [],
            'spec-shape',
          );
          seen.push(rows[0]?.d ?? null);
        } catch (error) {
          failures.push(error);
        }
      }
    })();
    const [job] = await harness.admin.jobs('toy');
    const done = await harness.ended(job!);
    const positions = await harness.append(toyHistory(10));
    await runner.whenFolded(positions);
    await harness.pool.query('select 1');
    reading = false;
    await reader;
    expect(done).toMatchObject({
      kind: 'deploy',
      state: 'done',
      base_version: 1,
      version: 2,
      code_version: 2,
      comparison: { differences: 0 },
    });
    expect(failures).toEqual([]);
    expect(seen[0]).toBeNull();
    expect(typeof seen.at(-1)).toBe('number');
    expect(await harness.active('toy')).toBe(2);
  });

  it('leaves the version before up to date where its description is kept beside the new one', async () => {
    const events = toyHistory(80);
    const old = await harness.start([toyProjection]);
    await old.runner.whenFolded(await harness.append(events));
    await old.stop();
    const { runner } = await harness.start([toyProjection, changed]);
    await harness.ended((await harness.admin.jobs('toy'))[0]!);
    const more = toyHistory(30);
    await runner.whenFolded(await harness.append(more));
    expect(await harness.rows(toyProjection, 1)).toEqual(toyTables([...events, ...more]));
    expect(await harness.ended(await harness.admin.rollback('toy'))).toMatchObject({ state: 'done', version: 1 });
    expect(await harness.pool.query('select doubled from picly.toy_engines limit 1')).toEqual([{ doubled: null }]);
  });
});

describe('audits', () => {
  const audited: Projection = defineProjection({
    ...(toyProjection as Projection),
    audits: [
      {
        name: 'stars-of-engines-add-up',
        sql: `select engine, e.stars, f.stars as of_facts from toy_engines e
                join (select engine, coalesce(sum(rating), 0) as stars from toy_facts where engine is not null group by 1) f using (engine)
               where e.stars <> f.stars`,
      },
      { name: 'broken-question', sql: 'select nothing from nowhere' },
    ],
  });

  it('run on request and tell the rows that break a rule; a question that fails says so', async () => {
    const { runner } = await harness.start([audited]);
    await runner.whenFolded(await harness.append(toyHistory(100)));
    const ran = async () => {
      const before = (await harness.admin.audits('toy')).map(({ ran_at }) => ran_at).join();
      await harness.admin.requestAudits(['toy']);
      for (;;) {
        const results = await harness.admin.audits('toy');
        if (results.length === 3 && results.every(({ ran_at }) => !before.includes(ran_at))) return results;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    expect(await ran()).toMatchObject([
      { audit: 'broken-question', offending: -1, error: 'relation "nowhere" does not exist' },
      { audit: 'every-event-is-accounted-for', offending: 0, error: null },
      { audit: 'stars-of-engines-add-up', offending: 0, sample: [], error: null, version: 1 },
    ]);
    await harness.pool.query(`update toy_v1.toy_engines set stars = stars + 5 where engine = 'flux-pro'`);
    expect((await ran())[2]).toMatchObject({ offending: 1, sample: [{ engine: 'flux-pro' }] });
    await harness.pool.query(
      'delete from toy_v1.processed_events where event_id = (select min(event_id::text)::uuid from toy_v1.processed_events)',
    );
    expect((await ran())[1]).toMatchObject({ offending: 1, sample: [{ folded: 99, passed: 100 }] });
  });
});
