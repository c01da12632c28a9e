import { setTimeout as sleep } from 'node:timers/promises';
import type { DecodedEvent } from '@picly/contracts';
import { partitionFor } from '@picly/event-log';
import { anEvent, toyProjection, TOY_POISON_QUALITY } from '@picly/testing';
import { defineProjection, type FoldSql } from '../define';
import { openRunnerHarness, PARTITIONS, type RunnerHarness } from '../runner-harness.features';
import { generation, toyHistory, toyTables } from '../toy-model.features';

let trouble: ((sql: FoldSql) => Promise<unknown>) | undefined;

/** The toy, with something wrong around it now and then. */
const troubled = defineProjection({
  ...toyProjection,
  fold: async (events, sql) => {
    await trouble?.(sql);
    await toyProjection.fold(events, sql);
  },
});

let harness: RunnerHarness;
beforeAll(async () => void (harness = await openRunnerHarness([troubled])));
beforeEach(async () => {
  trouble = undefined;
  await harness.reset();
});
afterAll(() => harness.close());

const rating = (n: number, data: object = {}): DecodedEvent => anEvent('rating-submitted', { generation_id: generation(n), ...data });
const poison = (n: number): DecodedEvent => rating(n, { quality_score: TOY_POISON_QUALITY });
const partitionOf = (n: number): number => partitionFor(generation(n), PARTITIONS);
const until = async (reached: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await reached())) await sleep(20);
};

describe('too many dead letters', () => {
  it('make the partition that brings one more wait; the others go on, nothing is lost, and there is room again once some are settled', async () => {
    const full = Array.from({ length: 3 }, (_, i) => poison(100 + i));
    const onemore = poison(50);
    const elsewhere = Array.from({ length: 200 }, (_, i) => i + 200).filter((n) => partitionOf(n) !== partitionOf(50));
    const behind = rating(50);
    const runner = harness.runner([troubled], { maxDeadLetters: 3 });
    await runner.start();
    await runner.whenFolded(await harness.append(full));
    expect(runner.full()).toEqual([]);
    await harness.append([onemore, behind]);
    await until(() => runner.full().length > 0);
    expect(runner.full()).toEqual(['toy@1']);
    const others = elsewhere.map((n) => rating(n));
    await runner.whenFolded(await harness.append(others), 60_000);
    expect(await harness.letters()).toHaveLength(3);
    expect(await harness.rows(toyProjection)).toEqual(toyTables(others));
    const [stuck] = await harness.observer.query<{ last_error: string }>(
      'select last_error from runtime.checkpoints where last_error is not null',
    );
    expect(stuck?.last_error).toContain('limit of 3 dead letters');
    await harness.observer.query('delete from runtime.dead_letters where sequence = 1 and "offset" = 0');
    await until(() => runner.full().length === 0);
    const letters = (await harness.letters()).map(({ event_id: id }) => id);
    expect(letters).toEqual(expect.arrayContaining([onemore.id, behind.id]));
  });

  it('that come at once are not parked at all, and the good of other partitions in the same batch is folded', async () => {
    const bad = Array.from({ length: 6 }, () => poison(1));
    const good = Array.from({ length: 40 }, (_, i) => rating(300 + i)).filter((_, i) => partitionOf(300 + i) !== partitionOf(1));
    await harness.append([...bad, ...good]);
    const runner = harness.runner([troubled], { maxDeadLetters: 5 });
    await runner.start();
    await until(async () => (await harness.rows(toyProjection))['toy_facts']?.length === good.length);
    expect([await harness.letters(), runner.full()]).toEqual([[], ['toy@1']]);
  });
});

describe('troubles of the infrastructure', () => {
  const raise = (state: string) => (sql: FoldSql) => sql.query(`do $$ begin raise exception 'trouble' using errcode = '${state}'; end $$`);

  it.each([
    ['a full disk', raise('53100')],
    ['too many connections', raise('53300')],
    ['a server that is shutting down', raise('57P01')],
    ['a deadlock', raise('40P01')],
    ['a failed read of the disk', raise('58030')],
    ['a lock that was not had in time', raise('55P03')],
    ['a lost connection', () => Promise.reject(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }))],
    ['a table that is not there', raise('42P01')],
  ])('%s parks nothing: the partition waits, and goes on by itself', async (_, how) => {
    const events = toyHistory(30);
    trouble = how;
    const runner = harness.runner([troubled]);
    await runner.start();
    const positions = await harness.append(events);
    await expect(runner.whenFolded(positions, 700)).rejects.toThrow('not folded within');
    expect(await harness.letters()).toEqual([]);
    trouble = undefined;
    await runner.whenFolded(positions, 60_000);
    expect(await harness.letters()).toEqual([]);
    expect(await harness.rows(toyProjection)).toEqual(toyTables(events));
  });

  it('connections that break in the middle of batches park nothing', async () => {
    const events = toyHistory(120);
    trouble = () => sleep(30);
    const runner = harness.runner([troubled], { maxBatchRecords: 5, maxRecords: 10 });
    await runner.start();
    const positions = await harness.append(events);
    for (let i = 0; i < 5; i++) {
      await sleep(60);
      await harness.cut();
    }
    trouble = undefined;
    await runner.whenFolded(positions, 25_000);
    expect(await harness.letters()).toEqual([]);
    expect(await harness.rows(toyProjection)).toEqual(toyTables(events));
  });
});
