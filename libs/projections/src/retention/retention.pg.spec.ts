import { anEvent, toyProjection } from '@picly/testing';
import { openRunnerHarness, type RunnerHarness } from '../runner-harness.features';
import { generation } from '../toy-model.features';
import { applyRetention, refuseHarmfulRules, type RetentionOptions } from './retention';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 0, 31);
const TOPIC = 'picly.rating-submitted';
const RULES = [{ topic: TOPIC, days: 10 }];

let harness: RunnerHarness;
beforeAll(async () => void (harness = await openRunnerHarness([toyProjection])));
beforeEach(() => harness.reset());
afterAll(() => harness.close());

const options = (...overRebuilds: string[]): RetentionOptions => ({
  sql: harness.pool,
  log: harness.log,
  overRebuilds: new Set(overRebuilds),
});
/** One event a day for thirty days, of one generation and so of one partition. */
const month = () =>
  Array.from({ length: 30 }, (_, day) =>
    anEvent(
      'rating-submitted',
      { generation_id: generation(1) },
      { receivedAt: NOW - (30 - day) * DAY_MS, occurredAt: NOW - (30 - day) * DAY_MS },
    ),
  );

async function kept(): Promise<number> {
  const bounds = await harness.log.bounds([TOPIC]);
  return bounds.reduce((sum, { start, end }) => sum + end - start, 0);
}

async function foldAll(): Promise<void> {
  const runner = harness.runner([toyProjection]);
  await runner.start();
  await runner.whenFolded(await harness.append(month()));
  await runner.stop();
}

it('what a projection would be rebuilt from is kept, and the refusal names it', async () => {
  await foldAll();
  await expect(refuseHarmfulRules(RULES, options())).rejects.toThrow(/picly.rating-submitted is kept: toy would be rebuilt/);
  await expect(applyRetention(RULES, NOW, options('other'))).rejects.toMatchObject({ code: 'RETENTION_REFUSED' });
  expect(await kept()).toBe(30);
});

it('what is older than its rule is dropped when the projections give up being rebuilt from it', async () => {
  await foldAll();
  expect(await applyRetention(RULES, NOW, options('toy'))).toMatchObject([{ topic: TOPIC, offset: 20 }]);
  expect(await kept()).toBe(10);
  expect(await applyRetention(RULES, NOW, options('toy'))).toEqual([]);
});

it('what a version has yet to fold is never dropped', async () => {
  await harness.append(month());
  expect(await applyRetention(RULES, NOW, options('toy'))).toEqual([]);
  expect(await kept()).toBe(30);
  await foldAll();
  await harness.observer.query('update runtime.checkpoints set next_offset = 7 where topic = $1 and next_offset > 7', [TOPIC]);
  expect(await applyRetention(RULES, NOW, options('toy'))).toMatchObject([{ offset: 7 }]);
});

it('a topic that no projection folds needs nobody to agree', async () => {
  await refuseHarmfulRules([{ topic: 'picly.engine-call-measured', days: 1 }], options());
});
