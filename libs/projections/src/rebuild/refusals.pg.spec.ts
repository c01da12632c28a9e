import type { DecodedEvent } from '@picly/contracts';
import { anEvent, recordsOf, toyProjection, TOY_POISON_QUALITY } from '@picly/testing';
import { defineProjection, type Projection } from '../define';
import { generation, toyHistory } from '../toy-model.features';
import { openRebuildHarness, type RebuildHarness } from './rebuild-harness.features';

let harness: RebuildHarness;
let hook: (events: readonly DecodedEvent[]) => Promise<void> | void = () => undefined;

const toy = defineProjection({
  ...(toyProjection as Projection),
  fold: async (events, sql) => {
    await hook(events);
    await (toyProjection as Projection).fold(events, sql);
  },
});

beforeEach(async () => {
  hook = () => undefined;
  harness = await openRebuildHarness();
});
afterEach(() => harness.close());

async function startWith(events: readonly DecodedEvent[]) {
  const instance = await harness.start([toy]);
  await instance.runner.whenFolded(await harness.append(events));
  return instance;
}

const schemas = async (): Promise<string[]> =>
  (
    await harness.pool.query<{ n: string }>(
      `select schema_name as n from information_schema.schemata where schema_name ~ '^toy' order by 1`,
    )
  ).map(({ n }) => n);

it('an unknown projection or version is refused in a sentence', async () => {
  await startWith(toyHistory(10));
  await expect(harness.admin.rebuild(['toys'])).rejects.toThrow('there is no projection toys; there are toy');
  await expect(harness.admin.rebuild(['toy', 'toys'])).rejects.toThrow('there is no projection toys');
  await expect(harness.admin.activate('toy', 7)).rejects.toThrow('there is no version 7 of toy; there are 1 (active)');
  await expect(harness.admin.cancel('toy')).rejects.toThrow('nothing is under way for toy');
  expect(await harness.admin.jobs()).toEqual([]);
});

it('a second rebuild is refused while one is under way; cancelled it leaves nothing behind', async () => {
  await startWith(toyHistory(50));
  let begun = (): void => undefined;
  const began = new Promise<void>((resolve) => (begun = resolve));
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  hook = async () => {
    begun();
    await released;
  };
  const [job] = await harness.admin.rebuild(['toy']);
  await began;
  await expect(harness.admin.rebuild(['toy'])).rejects.toThrow(/^a rebuild of toy is building.*: wait for it, or cancel it/);
  await expect(harness.admin.drop('toy', 2)).rejects.toThrow('version 2 of toy is needed by work under way (rebuild)');
  await harness.admin.cancel('toy');
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  release();
  expect(await harness.ended(job!)).toMatchObject({ state: 'cancelled', message: 'cancelled; nothing was changed' });
  expect(await schemas()).toEqual(['toy_v1']);
  expect(await harness.active('toy')).toBe(1);
});

it('a request that nobody has taken up is cancelled at once', async () => {
  await (await startWith(toyHistory(20))).stop();
  const [job] = await harness.admin.rebuild(['toy']);
  expect(await harness.admin.cancel('toy')).toMatchObject({ id: job!.id, state: 'cancelled' });
});

it('a fold that fails ends the rebuild with its reason, and nothing is changed', async () => {
  await startWith(toyHistory(50));
  hook = () => {
    throw new Error('the code is broken');
  };
  const done = await harness.ended((await harness.admin.rebuild(['toy']))[0]!);
  expect(done).toMatchObject({ state: 'failed', message: 'the fold fails: the code is broken; nothing was changed' });
  expect(await schemas()).toEqual(['toy_v1']);
});

it('the same events are parked again, in the same order', async () => {
  const { runner } = await startWith(toyHistory(20));
  const poison = anEvent('rating-submitted', { generation_id: generation(3), quality_score: TOY_POISON_QUALITY });
  const behind = anEvent('rating-submitted', { generation_id: generation(3) });
  const [record] = await recordsOf([anEvent('rating-submitted', { generation_id: generation(4) })], harness.keys);
  const future = { ...record!, headers: { ...record!.headers, ce_dataversion: '99' } };
  await runner.whenFolded(await harness.append([poison, behind, future]));
  const done = await harness.ended((await harness.admin.rebuild(['toy']))[0]!);
  expect(done.comparison?.tables.filter(({ differences }) => differences > 0)).toEqual([]);
  expect(done).toMatchObject({ state: 'done', comparison: { differences: 0 } });
  const letters = (version: number): Promise<unknown> =>
    harness.pool.query(
      'select topic, partition, "offset", sequence, cause, code from runtime.dead_letters where version = $1 order by 1, 2, 3',
      [version],
    );
  expect(await letters(1)).toHaveLength(3);
  expect(await letters(2)).toEqual(await letters(1));
});

it('an event that the serving version has folded and this release cannot read ends the rebuild', async () => {
  const { runner } = await startWith(toyHistory(20));
  const [record] = await recordsOf([anEvent('rating-submitted', { generation_id: generation(4) })], harness.keys);
  await runner.whenFolded(await harness.append([{ ...record!, headers: { ...record!.headers, ce_dataversion: '99' } }]));
  await harness.pool.query('delete from runtime.dead_letters');
  const done = await harness.ended((await harness.admin.rebuild(['toy']))[0]!);
  expect(done.state).toBe('failed');
  expect(done.message).toMatch(
    /^the event at picly\.rating-submitted\/\d\/\d+ has a form that this release cannot read .* rebuild with the release that knows it; nothing was changed$/,
  );
  expect(await schemas()).toEqual(['toy_v1']);
});

it('a log that has lost its beginning ends the rebuild: what is gone would be missing', async () => {
  await startWith(toyHistory(80));
  const [bound] = (await harness.log.bounds(['picly.rating-submitted'])).filter(({ end }) => end > 5);
  await harness.log.trim([{ topic: bound!.topic, partition: bound!.partition, offset: 3 }]);
  const done = await harness.ended((await harness.admin.rebuild(['toy']))[0]!);
  expect(done.state).toBe('failed');
  expect(done.message).toContain('begins at 3: 3 events that toy@1 may have folded are gone, and would be missing after a rebuild');
});

it('a rollback to a version that nobody folds is given up, and readers stay where they are', async () => {
  const before = await startWith(toyHistory(30));
  await harness.ended((await harness.admin.rebuild(['toy']))[0]!);
  await before.stop();
  await harness.pool.query(`update runtime.projection_versions set definition = 'of a release that is gone' where version = 1`);
  const { runner } = await harness.start([toy], { switchWithinMs: 500 });
  await runner.whenFolded(await harness.append(toyHistory(30)));
  const done = await harness.ended(await harness.admin.rollback('toy'));
  expect(done).toMatchObject({ state: 'failed' });
  expect(done.message).toMatch(/^toy@1 does not come up to the version that serves: .*; nothing was changed$/);
  expect(await harness.active('toy')).toBe(2);
});
