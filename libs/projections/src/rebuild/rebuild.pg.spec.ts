import type { DecodedEvent } from '@picly/contracts';
import { anEvent, toyProjection } from '@picly/testing';
import { defineProjection, type Projection } from '../define';
import { generation, toyHistory, toyTables } from '../toy-model.features';
import { openRebuildHarness, type RebuildHarness } from './rebuild-harness.features';

let harness: RebuildHarness;
beforeEach(async () => void (harness = await openRebuildHarness()));
afterEach(() => harness.close());

/** `toyProjection` that tells what it folds, and waits when it is asked to. */
function watched(hook: (events: readonly DecodedEvent[]) => Promise<void> | void, changes: Partial<Projection> = {}): Projection {
  return defineProjection({
    ...(toyProjection as Projection),
    ...changes,
    fold: async (events, sql) => {
      await hook(events);
      await (toyProjection as Projection).fold(events, sql);
    },
  });
}

async function startWith(events: readonly DecodedEvent[], projections: readonly Projection[] = [toyProjection]) {
  const instance = await harness.start(projections);
  await instance.runner.whenFolded(await harness.append(events));
  return instance;
}

const versions = async (name = 'toy') =>
  (await harness.admin.versions(name)).map(({ version, active, state }) => `${version} ${active ? 'active' : state}`);

it('makes an equal version from the log, shows it, and keeps the one before', async () => {
  const events = toyHistory(200);
  await startWith(events);
  const [job] = await harness.admin.rebuild(['toy']);
  const done = await harness.ended(job!);
  expect(done).toMatchObject({ state: 'done', version: 2, base_version: 1, starts: 1 });
  expect(done.message).toBe('readers see version 2; equal to version 1 after the same events; version 1 is kept (picly rollback toy)');
  expect(
    done.comparison?.tables.map(({ table, differences, base_digest, built_digest }) => [table, differences, base_digest === built_digest]),
  ).toEqual([
    ['toy_facts', 0, true],
    ['toy_engines', 0, true],
    ['dead_letters', 0, true],
  ]);
  expect(await harness.active('toy')).toBe(2);
  expect(await harness.rows(toyProjection, 2)).toEqual(toyTables(events));
  expect(await versions()).toEqual(['1 live', '2 active']);
});

it('under live writes and reads no read fails, nothing is seen to go backwards, and both versions are equal', async () => {
  const first = toyHistory(400);
  const { runner } = await startWith(first);
  const events = [...first];
  let writing = true;
  const failures: unknown[] = [];
  let [reads, rows] = [0, 0];
  const writer = (async () => {
    while (writing) {
      const more = toyHistory(20);
      events.push(...more);
      await harness.append(more);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  const readers = [1, 2, 3].map(async () => {
    while (writing) {
      // What others are told meanwhile may be newer than what this answer tells.
      const before = rows;
      try {
        const [row] = await harness.pool.query<{ n: number }>(
          'select count(*)::int as n from picly.toy_facts f left join picly.toy_engines e using (engine) left join picly.toy_means using (engine)',
          [],
          'spec-reader',
        );
        reads++;
        rows = Math.max(rows, row?.n ?? 0);
        if (row === undefined || row.n < before) failures.push(`went back from ${before} to ${row?.n}`);
      } catch (error) {
        failures.push(error);
      }
    }
  });
  const [job] = await harness.admin.rebuild(['toy']);
  const done = await harness.ended(job!);
  writing = false;
  await Promise.all([writer, ...readers]);
  expect(failures).toEqual([]);
  expect(reads).toBeGreaterThan(50);
  expect(done).toMatchObject({ state: 'done', comparison: { differences: 0 } });
  await runner.whenFolded(await harness.append(toyHistory(0)));
  const ends = (await harness.log.bounds(['picly.rating-submitted', 'picly.generation-completed'])).filter(({ end }) => end > 0);
  await runner.whenFolded(ends.map(({ topic, partition, end }) => ({ topic, partition, offset: end - 1 })));
  expect(await harness.rows(toyProjection, 2)).toEqual(toyTables(events));
  expect(await harness.rows(toyProjection, 1)).toEqual(toyTables(events));
});

it('stopped half way it goes on where it was, in another process, and folds every event once', async () => {
  const events = toyHistory(600);
  const batches: (readonly string[])[] = [];
  let building = false;
  let reached = (): void => undefined;
  const half = new Promise<void>((resolve) => (reached = resolve));
  let goOn = (): void => undefined;
  const asked = new Promise<void>((resolve) => (goOn = resolve));
  const projection = watched(async (batch) => {
    if (!building) return;
    batches.push(batch.map(({ id }) => id));
    if (batches.length < 2) return;
    // Two are under way at once, so a third begins when the first is committed; the fourth partition is not begun.
    if (batches.length === 3) reached();
    await asked;
  });
  const first = await harness.start([projection], { maxRecords: 60 });
  await first.runner.whenFolded(await harness.append(events));
  building = true;
  const [job] = await harness.admin.rebuild(['toy'], { switch: 'never' });
  await half;
  const [committed, ...held] = [...batches];
  const stopped = first.stop();
  goOn();
  await stopped;
  expect(batches.flat().length).toBeLessThan(600);
  await harness.start([projection], { maxRecords: 60 });
  const done = await harness.ended(job!);
  expect(done).toMatchObject({ state: 'done', starts: 2, version: 2, comparison: { differences: 0 } });
  const folded = batches.flat();
  expect(new Set(folded).size).toBe(600);
  // What was committed is not folded again; a batch whose transaction did not commit is.
  expect(folded.filter((id) => committed!.includes(id))).toEqual(committed);
  expect(folded.length).toBeLessThanOrEqual(600 + held.flat().length);
});

it('a process that wakes up after another has taken its rebuild over writes nothing', async () => {
  const events = toyHistory(300);
  let building = false;
  let wake = (): void => undefined;
  let asleep = (): void => undefined;
  const sleeping = new Promise<void>((resolve) => (asleep = resolve));
  const zombie = watched(async () => {
    if (!building) return;
    building = false;
    asleep();
    await new Promise<void>((resolve) => (wake = resolve));
  });
  await startWith(events, [zombie]);
  building = true;
  const [job] = await harness.admin.rebuild(['toy']);
  await sleeping;
  const fresh = await harness.start([toyProjection], { group: 'picly.another' });
  // Until it is taken over the sleeper renews its lease every second.
  while ((await harness.admin.job(job!.id))?.starts === 1) {
    await harness.pool.query(`update runtime.projection_jobs set lease_until = now() - interval '1 minute' where starts = 1`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  wake();
  const done = await harness.ended(job!);
  expect(done).toMatchObject({ state: 'done', starts: 2, comparison: { differences: 0 } });
  expect(await harness.rows(toyProjection, 2)).toEqual(toyTables(events));
  await fresh.stop();
});

it('several are built from one reading of the log', async () => {
  const other = watched(() => undefined, { name: 'toy-other', tables: [], sqlViews: [] });
  await startWith(toyHistory(200), [toyProjection, other]);
  let read = 0;
  const original = harness.log.read.bind(harness.log);
  jest.spyOn(harness.log, 'read').mockImplementation(async (request) => {
    const batches = await original(request);
    read += batches.reduce((sum, { records }) => sum + records.length, 0);
    return batches;
  });
  const jobs = await harness.admin.rebuild(['toy', 'toy-other']);
  for (const job of jobs) expect(await harness.ended(job)).toMatchObject({ state: 'done', version: 2 });
  expect(read).toBe(200);
});

it('a rollback shows the version before, which has folded all there is, and so can be undone', async () => {
  const { runner } = await startWith(toyHistory(100));
  await harness.ended((await harness.admin.rebuild(['toy']))[0]!);
  await runner.whenFolded(
    await harness.append([anEvent('generation-completed', { generation_id: generation(77), engine: 'after the switch' })]),
  );
  expect(await harness.ended(await harness.admin.rollback('toy'))).toMatchObject({ state: 'done', version: 1 });
  expect(await versions()).toEqual(['1 active', '2 live']);
  expect(await harness.pool.query(`select engine from picly.toy_engines where engine = 'after the switch'`)).toHaveLength(1);
  expect(await harness.ended(await harness.admin.rollback('toy'))).toMatchObject({ state: 'done', version: 2 });
  expect(await versions()).toEqual(['1 live', '2 active']);
});

it('a version that waits to be activated is kept up to date, and shown when that is asked for', async () => {
  const { runner } = await startWith(toyHistory(60));
  const done = await harness.ended((await harness.admin.rebuild(['toy'], { switch: 'never' }))[0]!);
  expect(done.message).toContain('picly activate toy 2 shows it');
  expect(await harness.active('toy')).toBe(1);
  await runner.whenFolded(await harness.append(toyHistory(40)));
  expect(await harness.ended(await harness.admin.activate('toy', 2))).toMatchObject({ state: 'done' });
  expect(await harness.active('toy')).toBe(2);
});

it('what is dropped is gone: tables, positions, registry; what readers see cannot be dropped', async () => {
  await startWith(toyHistory(60));
  await harness.ended((await harness.admin.rebuild(['toy']))[0]!);
  await expect(harness.admin.drop('toy', 2)).rejects.toThrow('version 2 of toy is what readers see: activate another one first');
  expect(await harness.admin.drop('toy')).toMatchObject({ version: 1 });
  expect(await versions()).toEqual(['2 active']);
  expect(await harness.pool.query(`select 1 from information_schema.schemata where schema_name = 'toy_v1'`)).toEqual([]);
  expect(await harness.pool.query('select 1 from runtime.checkpoints where version = 1')).toEqual([]);
  await expect(harness.admin.rollback('toy')).rejects.toThrow('no earlier version of toy is kept');
  const again = await harness.ended((await harness.admin.rebuild(['toy']))[0]!);
  expect(again).toMatchObject({ state: 'done', version: 3 });
});
