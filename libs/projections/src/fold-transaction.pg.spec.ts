import type { DecodedEvent } from '@picly/contracts';
import type { LogRecord } from '@picly/event-log';
import { anEvent, recordsOf, TOY_POISON_QUALITY, toyProjection } from '@picly/testing';
import { CheckpointMovedError, claim, type CheckpointMove, type Claim } from './checkpoints';
import { decodeBatches } from './decode';
import { FencedError } from './errors';
import { foldWork, type FoldDeps, type FoldWork } from './fold-transaction';
import { placeOf } from './names';
import { openRunnerHarness, PARTITIONS, type RunnerHarness } from './runner-harness.features';
import { toyHistory, toyTables } from './toy-model.features';

const topic = 'picly.rating-submitted';
let harness: RunnerHarness;
beforeAll(async () => void (harness = await openRunnerHarness([toyProjection])));
beforeEach(() => harness.reset());
afterAll(() => harness.close());

const deps = (): FoldDeps => ({ pool: harness.pool, keys: harness.keys, maxDeadLetters: 1_000 });

async function claims(): Promise<Claim[]> {
  const places = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition }));
  const found = await claim(
    harness.pool,
    'me',
    places.map((place) => ({ ...place, projection: toyProjection, firstOffset: 0 })),
  );
  return found.get('toy@1') ?? [];
}

/** Everything that is in the log, as work from its start. */
async function workOf(own: readonly Claim[]): Promise<FoldWork> {
  const batches = await harness.log.read({ from: own.map((one) => ({ ...one, offset: 0 })), maxRecords: 10_000, maxWaitMs: 0 });
  const decoded = await decodeBatches(batches, harness.keys);
  const moves = decoded.map((batch): CheckpointMove => {
    const mine = own.find((one) => placeOf(one) === placeOf(batch))!;
    return { ...mine, to: batch.records.length, highWater: batch.end, newestEventAt: undefined };
  });
  return { moves, records: decoded.flatMap(({ records }) => records), keysAsOf: 0 };
}

const ratings = () => toyHistory(40).filter(({ type }) => type === 'rating-submitted');
const traces = () =>
  harness.observer
    .query(`select (select count(*)::int from toy_v1.toy_facts) as rows, (select count(*)::int from toy_v1.processed_events) as ids,
    (select count(*)::int from runtime.dead_letters) as letters, (select sum(next_offset)::int from runtime.checkpoints) as positions`);

it('one partition claimed by another is enough: rows, ids, letters and positions stay as they were', async () => {
  await harness.append([...ratings(), anEvent('rating-submitted', { quality_score: TOY_POISON_QUALITY })]);
  const old = await claims();
  await claim(harness.pool, 'heir', [{ projection: toyProjection, topic, partition: 2, firstOffset: 0 }]);
  const refused = foldWork(deps(), toyProjection, await workOf(old));
  await expect(refused).rejects.toBeInstanceOf(FencedError);
  await expect(refused).rejects.toMatchObject({ places: [`${topic}/2`] });
  expect(await traces()).toEqual([{ rows: 0, ids: 0, letters: 0, positions: 0 }]);
});

it('of a batch of which a part was committed unnoticed is told where each partition stands, not where the refused step had moved it', async () => {
  await harness.append(ratings());
  const own = await claims();
  const work = await workOf(own);
  const [first, ...others] = work.moves;
  const isFirst = ({ record }: { readonly record: LogRecord }): boolean => placeOf(record) === placeOf(first!);
  await foldWork(deps(), toyProjection, { ...work, moves: [first!], records: work.records.filter(isFirst) });
  const refused = foldWork(deps(), toyProjection, work);
  await expect(refused).rejects.toBeInstanceOf(CheckpointMovedError);
  const stands = ({ topic, partition, epoch }: Claim, nextOffset: number): Claim => ({ topic, partition, epoch, nextOffset });
  await expect(refused).rejects.toMatchObject({ claims: [stands(first!, first!.to), ...others.map((move) => stands(move, 0))] });
});

it('a batch whose commit took effect unnoticed is told from a fence, with the position it has now', async () => {
  const events = ratings();
  await harness.append(events);
  const own = await claims();
  const work = await workOf(own);
  await foldWork(deps(), toyProjection, work);
  const again = foldWork(deps(), toyProjection, work);
  await expect(again).rejects.toBeInstanceOf(CheckpointMovedError);
  await expect(again).rejects.toMatchObject({
    claims: work.moves.map(({ topic, partition, epoch, to }) => ({ topic, partition, epoch, nextOffset: to })),
  });
  expect(await harness.rows(toyProjection)).toEqual(toyTables(events));
});

it('of a large batch every event counts once, whatever of it comes again', async () => {
  const events = Array.from({ length: 1_500 }, (_, n) => anEvent('rating-submitted', { rating: 1 + (n % 5) }));
  const attempts: number[] = [];
  const counting = {
    ...toyProjection,
    fold: (...args: Parameters<typeof toyProjection.fold>) => (attempts.push(args[0].length), toyProjection.fold(...args)),
  };
  const foldMore = async (more: readonly DecodedEvent[]) => {
    await harness.append(more);
    const own = await claims();
    const begins = new Map(own.map((one) => [placeOf(one), one.nextOffset]));
    const work = await workOf(own);
    const records = work.records.filter(({ record }) => record.offset >= (begins.get(placeOf(record)) ?? 0));
    return { ...(await foldWork(deps(), counting, { ...work, records })), attempts: attempts.splice(0) };
  };
  expect(await foldMore(events.slice(0, 600))).toEqual({ folded: 600, duplicates: 0, parked: 0, attempts: [600] });
  // As if all were new, which fails, and then what is new.
  const again = [...events.slice(300, 900), ...events.slice(850, 860), ...events.slice(10, 11)];
  expect(await foldMore(again)).toEqual({ folded: 300, duplicates: 311, parked: 0, attempts: [601, 300] });
  // From here on it is asked first.
  expect(await foldMore(events.slice(700, 1_500))).toEqual({ folded: 600, duplicates: 200, parked: 0, attempts: [600] });
  expect(await harness.rows(toyProjection)).toEqual(toyTables(events));
});

it('a claim answers what the holder before had committed, and outranks it', async () => {
  const before = await claims();
  const after = await claims();
  expect(after.map(({ epoch }) => epoch)).toEqual(before.map(({ epoch }) => epoch + 1));
  expect(after.map(({ nextOffset }) => nextOffset)).toEqual(before.map(({ nextOffset }) => nextOffset));
});

it('a claim waits for the transaction of the holder before, so that nothing can be committed behind its back', async () => {
  const events = ratings();
  await harness.append(events);
  const work = await workOf(await claims());
  let goOn = (): void => undefined;
  const inside = new Promise<void>((entered) => {
    const paused = new Promise<void>((resolve) => (goOn = resolve));
    const slow = {
      ...toyProjection,
      fold: async (...args: Parameters<typeof toyProjection.fold>) => (entered(), await paused, toyProjection.fold(...args)),
    };
    void foldWork(deps(), slow, work);
  });
  await inside;
  const heir = claims();
  const first = await Promise.race([heir.then(() => 'claimed'), new Promise((resolve) => setTimeout(() => resolve('waiting'), 100))]);
  goOn();
  expect(first).toBe('waiting');
  const offsets = new Map((await heir).map((one) => [one.partition, one.nextOffset]));
  expect(work.moves.map(({ partition }) => offsets.get(partition))).toEqual(work.moves.map(({ to }) => to));
});

it('decodes what the gateway would write, and drops nothing of it', async () => {
  const event = anEvent('rating-submitted', { feedback: 'naïve 🦊', context: { page: '/' } }, { occurredAt: 1_700_000_000_001 });
  const [record] = await recordsOf([event], harness.keys);
  const placed: LogRecord = { ...record!, partition: 3, offset: 7 };
  const [batch] = await decodeBatches([{ topic, partition: 3, records: [placed], end: 8, isStale: () => false }], harness.keys);
  const decoded = batch?.records[0]?.event;
  expect(decoded).toEqual({ ...event, position: { topic, partition: 3, offset: 7 }, subject: decoded?.subject });
  expect(decoded?.subject).toMatchObject({ kind: 'user', erased: false });
});
