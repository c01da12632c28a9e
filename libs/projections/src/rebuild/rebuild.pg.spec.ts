import { toyProjection } from '@picly/testing';
import { toyHistory, toyTables } from '../toy-model.features';
import { openRebuildHarness, type RebuildHarness } from './rebuild-harness.features';

let harness: RebuildHarness;
beforeEach(async () => void (harness = await openRebuildHarness()));
afterEach(() => harness.close());

it('a rebuild makes an equal version from the log, shows it, and keeps the one before', async () => {
  const events = toyHistory(200);
  const { runner } = await harness.start([toyProjection]);
  await runner.whenFolded(await harness.append(events));
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
  expect((await harness.admin.versions('toy')).map(({ version, active, state }) => ({ version, active, state }))).toEqual([
    { version: 1, active: false, state: 'live' },
    { version: 2, active: true, state: 'live' },
  ]);
});
