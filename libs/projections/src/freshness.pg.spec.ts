import type { DatabasePool } from '@picly/database';
import { anEvent, TOY_POISON_QUALITY, toyProjection } from '@picly/testing';
import { defineProjection } from './define';
import { ViewFreshness } from './freshness';
import { openRunnerHarness, type RunnerHarness } from './runner-harness.features';
import { generation, toyHistory } from './toy-model.features';

let release = (): void => undefined;
let gate: Promise<void> = Promise.resolve();
/** Folds nothing until it is told. */
const slow = defineProjection({
  name: 'slow',
  version: 1,
  events: ['rating-submitted'],
  tables: [],
  migrations: [],
  fold: () => gate,
});
const hold = (): void => void (gate = new Promise((resolve) => (release = resolve)));

let harness: RunnerHarness;
beforeAll(async () => void (harness = await openRunnerHarness([toyProjection, slow])));
beforeEach(() => harness.reset());
afterEach(() => release());
afterAll(() => harness.close());

const elsewhere = (clock?: () => number): ViewFreshness =>
  new ViewFreshness({ pool: harness.pool, log: harness.log, ...(clock && { clock }) });

describe('waitFor', () => {
  it('is true as soon as the views have the events, in this process and in another', async () => {
    const runner = harness.runner([toyProjection]);
    await runner.start();
    const here = new ViewFreshness({ pool: harness.pool, log: harness.log, runner });
    const positions = await harness.append(toyHistory(50));
    expect(await Promise.all([here, elsewhere()].map((freshness) => freshness.waitFor(['toy'], positions, 60_000)))).toEqual([true, true]);
  });

  it('asks the database nothing about what this process folds', async () => {
    const runner = harness.runner([toyProjection]);
    await runner.start();
    await runner.whenFolded(await harness.append(toyHistory(10)));
    const asked: string[] = [];
    const pool: DatabasePool = {
      ...harness.pool,
      query: (text, values, name) => {
        asked.push(name ?? text);
        return harness.pool.query(text, values, name);
      },
    };
    const here = new ViewFreshness({ pool, log: harness.log, runner });
    expect(await here.waitFor(['toy'], await harness.append(toyHistory(10)), 60_000)).toBe(true);
    expect(asked.filter((name) => name.startsWith('checkpoints'))).toEqual([]);
  });

  it('is false after the time given when a view is behind, and true once it has caught up', async () => {
    hold();
    const runner = harness.runner([toyProjection, slow]);
    await runner.start();
    const positions = await harness.append(toyHistory(10));
    const freshness = elsewhere();
    expect(await freshness.waitFor(['toy'], positions, 60_000)).toBe(true);
    expect(await freshness.waitFor(['toy', 'slow'], positions, 100)).toBe(false);
    release();
    expect(await freshness.waitFor(['toy', 'slow'], positions, 60_000)).toBe(true);
  });

  it('does not wait for topics that a view does not consume', async () => {
    const positions = await harness.append([anEvent('generation-completed'), anEvent('behavior-tracked')]);
    expect(await elsewhere().waitFor(['slow'], positions, 0)).toBe(true);
    expect(await elsewhere().waitFor(['toy'], positions, 0)).toBe(false);
  });

  it('refuses names of no projection', async () => {
    await expect(elsewhere().waitFor(['nothing'], [], 0)).rejects.toThrow('there is no active projection nothing');
  });
});

describe('asOf', () => {
  it('is empty before the first event', async () => {
    expect(await elsewhere().asOf(['toy'])).toMatchObject({ event_time: null, lag_events: 0, lag_ms: 0 });
  });

  it('says how many events are missing and for how long at least, then nothing when none is', async () => {
    let now = Date.UTC(2026, 0, 1);
    const freshness = elsewhere(() => now);
    const events = toyHistory(40);
    const positions = await harness.append(events);
    expect(await freshness.asOf(['toy'])).toMatchObject({ event_time: null, lag_events: 40, lag_ms: 0 });
    now += 700;
    expect(await freshness.asOf(['toy'])).toMatchObject({ lag_events: 40, lag_ms: 700 });
    const runner = harness.runner([toyProjection]);
    await runner.start();
    await runner.whenFolded(positions);
    now += 300;
    expect(await freshness.asOf(['toy'])).toEqual({
      event_time: new Date(Math.max(...events.map(({ occurredAt }) => occurredAt))).toISOString(),
      lag_events: 0,
      lag_ms: 0,
      at: new Date(now).toISOString(),
    });
  });

  it('never says 0 of a log whose end it has not seen', async () => {
    const freshness = elsewhere();
    const runner = harness.runner([toyProjection]);
    await runner.start();
    for (const event of toyHistory(25)) {
      const [position] = await harness.append([event]);
      const asked = Date.now();
      const { lag_events: lag, at } = await freshness.asOf(['toy']);
      if (lag === 0 && Date.parse(at) >= asked)
        expect(await freshness.foldedBy(position!)).toContainEqual({ projection: 'toy', version: 1, state: 'folded' });
    }
  });

  it('of several views is that of the one furthest behind', async () => {
    hold();
    const runner = harness.runner([toyProjection, slow]);
    await runner.start();
    const events = toyHistory(20);
    await harness.append(events);
    const freshness = elsewhere();
    await runner.whenFolded([]);
    const ratings = events.filter(({ type }) => type === 'rating-submitted').length;
    expect(await freshness.asOf(['slow'])).toMatchObject({ lag_events: ratings });
    expect((await freshness.asOf(['toy', 'slow'])).lag_events).toBeGreaterThanOrEqual(ratings);
  });

  it('sees what is new also after the clock was set back', async () => {
    let now = Date.UTC(2026, 0, 1);
    const freshness = elsewhere(() => now);
    expect(await freshness.asOf(['toy'])).toMatchObject({ lag_events: 0 });
    now -= 3_600_000;
    const positions = await harness.append(toyHistory(40));
    expect(await freshness.asOf(['toy'])).toMatchObject({ lag_events: 40 });
    const runner = harness.runner([toyProjection]);
    await runner.start();
    await runner.whenFolded(positions);
    now -= 3_600_000;
    expect(await freshness.asOf(['toy'])).toMatchObject({ lag_events: 0, at: new Date(now).toISOString() });
    expect(await freshness.waitFor(['toy'], positions, 0)).toBe(true);
  });

  it('asks for the ends of the log at most four times a second', async () => {
    const freshness = elsewhere(() => 1_000_000);
    const bounds = jest.spyOn(harness.log, 'bounds');
    await Promise.all(Array.from({ length: 20 }, () => freshness.asOf(['toy'])));
    expect(bounds).toHaveBeenCalledTimes(1);
    bounds.mockRestore();
  });
});

it('foldedBy says of every view that wants an event whether it has it, has not, or could not', async () => {
  const [good, bad] = [
    anEvent('rating-submitted', { generation_id: generation(1) }),
    anEvent('rating-submitted', { generation_id: generation(2), quality_score: TOY_POISON_QUALITY }),
  ];
  const runner = harness.runner([toyProjection]);
  await runner.start();
  const positions = await harness.append([good, bad]);
  await runner.whenFolded(positions);
  const pending = { projection: 'slow', version: 1, state: 'pending' };
  expect(await elsewhere().foldedBy(positions[0]!)).toEqual([pending, { projection: 'toy', version: 1, state: 'folded' }]);
  expect(await elsewhere().foldedBy(positions[1]!)).toEqual([
    pending,
    { projection: 'toy', version: 1, state: 'parked', cause: 'fold_rejected', code: 'TOY_POISON', message: 'the quality is poison' },
  ]);
});

it('status shows every version, what it folded, what is left, and who is at it', async () => {
  let now = 1_000_000;
  const freshness = elsewhere(() => now);
  const events = toyHistory(30);
  const runner = harness.runner([toyProjection], { owner: 'instance-1' });
  await runner.start();
  await freshness.status();
  now += 1_000;
  await runner.whenFolded(
    await harness.append([...events, events[0]!, anEvent('rating-submitted', { quality_score: TOY_POISON_QUALITY })]),
  );
  // Others may ask how far it is behind without a change of what is told per second.
  expect(await freshness.lags(['toy'])).toEqual([{ projection: 'toy', version: 1, lag_events: 0 }]);
  const [idle, toy] = await freshness.status();
  const ratings = events.filter(({ type }) => type === 'rating-submitted').length + 2;
  expect(idle).toMatchObject({ projection: 'slow', active: true, events_folded: 0, lag_events: ratings, partitions: [] });
  expect(toy).toMatchObject({
    projection: 'toy',
    version: 1,
    active: true,
    events_folded: 30,
    duplicates: 1,
    dead_letters: 1,
    lag_events: 0,
    events_per_second: 32,
  });
  expect(toy?.partitions).toHaveLength(8);
  expect(toy?.partitions.every(({ owner, lag }) => owner === 'instance-1' && lag === 0)).toBe(true);
});

it('status never says that nothing is left of what came a moment ago', async () => {
  const freshness = elsewhere(() => 1_000_000);
  for (const appended of [1, 2, 3]) {
    await harness.append([anEvent('rating-submitted')]);
    const [, toy] = await freshness.status();
    expect(toy).toMatchObject({ projection: 'toy', lag_events: appended });
  }
});
