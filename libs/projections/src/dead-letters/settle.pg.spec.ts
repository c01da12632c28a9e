import { setTimeout as sleep } from 'node:timers/promises';
import type { DecodedEvent } from '@picly/contracts';
import { anEvent, toyProjection, TOY_POISON_QUALITY } from '@picly/testing';
import { defineProjection, type Projection } from '../define';
import { PoisonEventError } from '../errors';
import { openRunnerHarness, type RunnerHarness } from '../runner-harness.features';
import { generation, toyHistory, toyTables } from '../toy-model.features';
import { DeadLetterDesk } from './desk';
import { requestSettlement, settlementOutcome, type SettleOutcome, type SettleRequest } from './jobs';
import { mendedEvent } from './mend';

let broken = false;

class CreateStory1760000910000 {
  async up(runner: { query(text: string): Promise<unknown> }): Promise<void> {
    await runner.query('create table story (n bigint generated always as identity primary key, generation_id uuid, log_offset bigint)');
  }
  async down(): Promise<void> {}
}

/** Writes down in which order events were folded; refuses everything while it is broken. */
const story: Projection = defineProjection({
  name: 'story',
  version: 1,
  events: ['rating-submitted'],
  tables: [{ name: 'story', key: ['n'] }],
  migrations: [CreateStory1760000910000],
  fold: async (events, sql) => {
    if (broken && events.some(({ data }) => data.quality_score === TOY_POISON_QUALITY))
      throw new PoisonEventError('STORY_BROKEN', 'not now');
    for (const { data, position } of events)
      await sql.query('insert into story (generation_id, log_offset) values ($1, $2)', [data.generation_id, position.offset]);
  },
});

let harness: RunnerHarness;
const desks: DeadLetterDesk[] = [];
beforeAll(async () => void (harness = await openRunnerHarness([toyProjection, story])));
beforeEach(async () => {
  broken = false;
  await harness.reset();
});
afterEach(async () => void (await Promise.all(desks.splice(0).map((desk) => desk.stop()))));
afterAll(() => harness.close());

const rating = (n: number, data: object = {}): DecodedEvent => anEvent('rating-submitted', { generation_id: generation(n), ...data });
const poison = (n: number): DecodedEvent => rating(n, { quality_score: TOY_POISON_QUALITY });

function openDesk(...projections: Projection[]): void {
  const desk = new DeadLetterDesk({ pool: harness.pool, keys: harness.keys, projections: () => projections, pollMs: 20 });
  desks.push(desk);
  desk.start();
}

async function foldAll(projection: Projection, events: readonly DecodedEvent[]): Promise<void> {
  const runner = harness.runner([projection]);
  await runner.start();
  await runner.whenFolded(await harness.append(events));
  await runner.stop();
}

interface LetterRow {
  readonly id: number;
  readonly event_id: string;
  readonly cause: string;
  readonly code: string;
  readonly attempts: number;
}

const parked = (): Promise<LetterRow[]> =>
  harness.observer.query('select id, event_id, cause, code, attempts from runtime.dead_letters order by topic, key, sequence');

const history = (): Promise<Record<string, unknown>[]> =>
  harness.observer.query('select event_id, action, author, reason, value, fixed_value from runtime.dead_letter_history order by id');

async function letterOf(event: DecodedEvent): Promise<number> {
  const letter = (await parked()).find(({ event_id: id }) => id === event.id);
  if (!letter) throw new Error('it is not parked');
  return letter.id;
}

async function settle(request: Pick<SettleRequest, 'action' | 'letters'> & Partial<SettleRequest>): Promise<SettleOutcome> {
  const job = await requestSettlement(harness.pool, { name: 'toy', version: 1, author: 'ann', reason: null, ...request });
  const outcome = await settlementOutcome(harness.pool, job, 60_000);
  if (!outcome) throw new Error('nobody took the job');
  return outcome;
}

async function fixed(event: DecodedEvent, changes: object): Promise<SettleOutcome> {
  const letter = await letterOf(event);
  const [row] = await harness.pool.query<{
    topic: string;
    partition: number;
    offset: number;
    headers: Record<string, string>;
    value: Buffer;
  }>('select topic, partition, "offset", headers, value from runtime.dead_letters where id = $1', [letter]);
  if (!row) throw new Error('no letter');
  const record = { ...row, key: 'unused', timestamp: event.receivedAt };
  const { quality_score: _, ...data } = event.data as DecodedEvent<'rating-submitted'>['data'];
  return settle({ action: 'fix', letters: [letter], fixed: await mendedEvent(record, { ...data, ...changes }, harness.keys) });
}

const without = (event: DecodedEvent, changes: object): DecodedEvent => {
  const { quality_score: _, ...data } = event.data as DecodedEvent<'rating-submitted'>['data'];
  return { ...event, data: { ...data, ...changes } } as DecodedEvent;
};

/** Everything folded is forgotten, as for a version that begins at the start of the log. What was decided stays. */
async function foldAnew(): Promise<void> {
  await harness.observer.query(
    'truncate toy_v1.toy_facts, toy_v1.toy_engines, toy_v1.processed_events, runtime.checkpoints, runtime.dead_letters',
  );
  const runner = harness.runner([toyProjection], { group: `again-${Math.random()}` });
  await runner.start();
  for (const { topic, partition, end } of await harness.log.bounds(['picly.rating-submitted', 'picly.generation-completed'])) {
    if (end > 0) await runner.whenFolded([{ topic, partition, offset: end - 1 }]);
  }
  await runner.stop();
}

describe('an edited copy', () => {
  const [before, bad, behind] = [rating(1, { rating: 2 }), poison(1), rating(1, { rating: 4 })];

  it('is folded in the place of the event, and those behind it after it; the original is kept', async () => {
    await foldAll(toyProjection, [before, bad, behind]);
    const [original] = await harness.observer.query<{ value: Buffer }>('select value from runtime.dead_letters where event_id = $1', [
      bad.id,
    ]);
    openDesk(toyProjection);
    expect(await fixed(bad, { rating: 3 })).toEqual({ folded: 2, duplicates: 0, discarded: 0, failures: [] });
    expect(await parked()).toEqual([]);
    expect(await harness.rows(toyProjection)).toEqual(toyTables([before, without(bad, { rating: 3 }), behind]));
    const notes = await history();
    expect(notes).toMatchObject([
      { event_id: bad.id, action: 'fix', author: 'ann', value: original?.value },
      { event_id: behind.id, action: 'replay', author: 'ann' },
    ]);
    expect(notes[0]?.['fixed_value']).toBeInstanceOf(Buffer);
  });

  it('that still fails changes nothing, and says why', async () => {
    await foldAll(toyProjection, [before, bad, behind]);
    const letters = await parked();
    openDesk(toyProjection);
    const outcome = await fixed(bad, { quality_score: TOY_POISON_QUALITY });
    expect(outcome).toMatchObject({ folded: 0, failures: [{ code: 'LETTER_STILL_FAILS', cause: 'fold_rejected' }] });
    expect(outcome.failures[0]?.message).toContain('the quality is poison');
    expect([await parked(), await history()]).toEqual([letters, []]);
    expect(await harness.rows(toyProjection)).toEqual(toyTables([before]));
  });

  it.each([
    ['is not valid', { rating: 9 }, 'the edited event is not valid'],
    ['has fields that nobody knows', { colour: 'red' }, 'the edited event is not valid'],
    ['changes the id', { event_id: '0190aaaa-0000-7000-8000-000000000001' }, 'the id of an event cannot be changed'],
  ])('that %s is refused before anything is tried', async (_, changes, message) => {
    await foldAll(toyProjection, [bad]);
    await expect(fixed(bad, changes)).rejects.toThrow(message);
    expect(await parked()).toHaveLength(1);
  });

  it('says nothing personal about somebody who is erased', async () => {
    const ofAnn = rating(1, { quality_score: TOY_POISON_QUALITY, user_id: 'ann-erased' });
    await foldAll(toyProjection, [ofAnn]);
    await harness.keys.destroy({ kind: 'user', id: 'ann-erased' });
    openDesk(toyProjection);
    await expect(fixed(ofAnn, {})).rejects.toThrow('the person of this event is erased: leave out user_id');
    expect(await fixed(ofAnn, { user_id: undefined })).toMatchObject({ folded: 1, failures: [] });
  });
});

describe('a letter that is discarded', () => {
  it('is left out for good, with its reason; those behind it are folded', async () => {
    const [before, bad, behind] = [rating(1, { rating: 2 }), poison(1), rating(1, { rating: 4 })];
    await foldAll(toyProjection, [before, bad, behind]);
    openDesk(toyProjection);
    const outcome = await settle({ action: 'discard', letters: [await letterOf(bad)], reason: 'a test of the widget' });
    expect(outcome).toEqual({ folded: 1, duplicates: 0, discarded: 1, failures: [] });
    expect(await harness.rows(toyProjection)).toEqual(toyTables([before, behind]));
    expect(await history()).toMatchObject([
      { event_id: bad.id, action: 'discard', author: 'ann', reason: 'a test of the widget' },
      { event_id: behind.id, action: 'replay' },
    ]);
  });

  it('from the middle of its queue leaves the others where they are', async () => {
    const [bad, second, third] = [poison(1), rating(1), rating(1)];
    await foldAll(toyProjection, [bad, second, third]);
    openDesk(toyProjection);
    expect(await settle({ action: 'discard', letters: [await letterOf(second)], reason: 'not wanted' })).toMatchObject({
      discarded: 1,
      folded: 0,
    });
    expect((await parked()).map(({ event_id: id }) => id)).toEqual([bad.id, third.id]);
  });
});

describe('replaying', () => {
  it('folds queues in order up to what still fails, which stays with its new reason', async () => {
    broken = true;
    const [first, second, third] = [poison(1), rating(1), poison(1)];
    await foldAll(story, [first, second, third, poison(2)]);
    const heads = [await letterOf(first)];
    openDesk(story);
    const inVain = await settle({ name: 'story', action: 'replay', letters: heads });
    expect(inVain).toMatchObject({ folded: 0, failures: [{ letter: heads[0], cause: 'fold_rejected', code: 'STORY_BROKEN' }] });
    expect((await parked()).find(({ id }) => id === heads[0])).toMatchObject({ attempts: 2 });
    broken = false;
    expect(await settle({ name: 'story', action: 'replay', letters: heads })).toMatchObject({ folded: 3, failures: [] });
    expect(await harness.rows(story)).toMatchObject({ story: [{ log_offset: 0 }, { log_offset: 1 }, { log_offset: 2 }] });
  });

  it('a letter that waits behind another is refused, and so is one that is gone', async () => {
    const [bad, behind] = [poison(1), rating(1)];
    await foldAll(toyProjection, [bad, behind]);
    openDesk(toyProjection);
    const outcome = await settle({ action: 'replay', letters: [await letterOf(behind), 999_999] });
    expect(outcome.failures).toMatchObject([{ code: 'LETTER_WAITS' }, { code: 'LETTER_GONE', letter: 999_999 }]);
    expect(await parked()).toHaveLength(2);
  });

  it('an event whose id was folded before counts once', async () => {
    const bad = poison(1);
    await foldAll(toyProjection, [bad, bad]);
    openDesk(toyProjection);
    expect(await fixed(bad, { rating: 1 })).toMatchObject({ folded: 2, duplicates: 1 });
    const [row] = await harness.observer.query('select sum(duplicates)::int as n from runtime.checkpoints');
    expect(row).toEqual({ n: 1 });
  });

  it('keeps the order of a key while new events of it arrive, and folds each once, with several at it and connections breaking', async () => {
    broken = true;
    const runner = harness.runner([story], { maxBatchRecords: 5 });
    await runner.start();
    const keys = [1, 2, 3, 4];
    const sent: DecodedEvent[] = [];
    let last: Awaited<ReturnType<RunnerHarness['append']>> = [];
    const send = async (rounds: number): Promise<void> => {
      for (let i = 0; i < rounds; i++) {
        const events = keys.map((n) => (i % 9 === 0 ? poison(n) : rating(n)));
        sent.push(...events);
        last = await harness.append(events);
        if (i % 3 === 0) await sleep(5);
      }
    };
    await send(30);
    await runner.whenFolded(last);
    const heads = await harness.observer.query<{ id: number }>('select min(id)::int as id from runtime.dead_letters group by key');
    expect(heads).toHaveLength(4);
    broken = false;
    openDesk(story);
    openDesk(story);
    const sending = send(60);
    const cutting = (async () => {
      for (let i = 0; i < 5; i++) {
        await sleep(20);
        await harness.cut({ inTransaction: true });
      }
    })();
    const outcome = await settle({ name: 'story', action: 'replay', letters: heads.map(({ id }) => id) });
    await Promise.all([sending, cutting]);
    await runner.whenFolded(last, 60_000);
    expect(outcome.failures).toEqual([]);
    expect(await parked()).toEqual([]);
    const { story: rows = [] } = await harness.rows(story);
    expect(rows).toHaveLength(sent.length);
    for (const n of keys) {
      const offsets = rows.filter((row) => row['generation_id'] === generation(n)).map((row) => Number(row['log_offset']));
      expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
    }
  });

  it('that nobody begins with is withdrawn', async () => {
    await foldAll(toyProjection, [poison(1)]);
    const job = await requestSettlement(harness.pool, {
      name: 'toy',
      version: 1,
      action: 'replay',
      letters: [1],
      author: 'ann',
      reason: null,
    });
    expect(await settlementOutcome(harness.pool, job, 50)).toBeUndefined();
    expect(await harness.observer.query('select from runtime.dead_letter_jobs')).toEqual([]);
  });
});

describe('folding the log anew', () => {
  it('applies what was fixed, leaves out what was discarded, and parks again what is still parked: the same rows', async () => {
    const [fix, discard, still] = [poison(1), poison(2), poison(3)];
    const others = toyHistory(40);
    await foldAll(toyProjection, [...others.slice(0, 20), fix, discard, still, ...others.slice(20), rating(1), rating(2), rating(3)]);
    openDesk(toyProjection);
    await fixed(fix, { rating: 3 });
    await settle({ action: 'discard', letters: [await letterOf(discard)], reason: 'twice' });
    const live = { rows: await harness.rows(toyProjection), parked: (await parked()).map(({ event_id: id }) => id) };
    expect(live.parked).toContain(still.id);
    await foldAnew();
    expect({ rows: await harness.rows(toyProjection), parked: (await parked()).map(({ event_id: id }) => id) }).toEqual(live);
  });

  it('a decision made while another version had parked the event already reaches that version too', async () => {
    const [fix, discard] = [poison(1), poison(2)];
    await foldAll(toyProjection, [fix, discard, rating(1), rating(2)]);
    openDesk(toyProjection);
    await fixed(fix, { rating: 3 });
    await settle({ action: 'discard', letters: [await letterOf(discard)], reason: 'twice' });
    const live = await harness.rows(toyProjection);
    await harness.observer.query('create temp table kept as select * from runtime.dead_letter_history');
    await harness.observer.query('truncate runtime.dead_letter_history');
    await foldAnew();
    expect(await parked()).toHaveLength(4);
    await harness.observer.query(`insert into runtime.dead_letter_history overriding system value select (jsonb_populate_record(k,
      jsonb_build_object('at', clock_timestamp()))).* from kept k`);
    while ((await parked()).length > 0) await sleep(20);
    expect(await harness.rows(toyProjection)).toEqual(live);
  });
});
