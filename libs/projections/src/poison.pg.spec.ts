import type { DecodedEvent } from '@picly/contracts';
import type { AppendRecord } from '@picly/event-log';
import { anEvent, recordsOf, TOY_POISON_QUALITY, toyProjection } from '@picly/testing';
import { defineProjection } from './define';
import { openRunnerHarness, type RunnerHarness } from './runner-harness.features';
import { generation, toyHistory, toyTables } from './toy-model.features';

/** Folds everything and has no opinion: what is poison to the toy is fine here. */
const counting = defineProjection({
  name: 'toy-count',
  version: 1,
  events: ['rating-submitted'],
  tables: [],
  migrations: [],
  fold: async () => undefined,
});

let harness: RunnerHarness;
beforeAll(async () => void (harness = await openRunnerHarness([toyProjection, counting])));
beforeEach(() => harness.reset());
afterAll(() => harness.close());

const rating = (n: number, data: object = {}): DecodedEvent => anEvent('rating-submitted', { generation_id: generation(n), ...data });

const poison = (n: number): DecodedEvent => rating(n, { quality_score: TOY_POISON_QUALITY });

async function record(event: DecodedEvent, changes: Partial<AppendRecord> = {}): Promise<AppendRecord> {
  const [made] = await recordsOf([event], harness.keys);
  if (!made) throw new Error('no record');
  return { ...made, ...changes };
}

async function withHeaders(event: DecodedEvent, headers: Record<string, string>): Promise<AppendRecord> {
  const made = await record(event);
  return { ...made, headers: { ...made.headers, ...headers } };
}

async function foldAll(events: readonly (DecodedEvent | AppendRecord)[]): Promise<void> {
  const runner = harness.runner([toyProjection]);
  await runner.start();
  await runner.whenFolded(await harness.append(events));
  await runner.stop();
}

const codes = async (): Promise<string[]> => (await harness.letters()).map(({ code }) => code).sort();

describe('an event that cannot be folded', () => {
  const others = toyHistory(40);

  it.each([
    ['at the start', 0],
    ['in the middle', 20],
    ['at the end', 40],
  ])('%s of a batch is parked, and every other event is folded', async (_, at) => {
    await foldAll([
      ...others.slice(0, at),
      rating(100, { quality_score: TOY_POISON_QUALITY }),
      rating(101, { rating: 99 }),
      ...others.slice(at),
    ]);
    expect(await harness.rows(toyProjection)).toEqual(toyTables(others));
    expect(await codes()).toEqual(['SQL_23514', 'TOY_POISON']);
  });

  it.each<[string, string, () => Promise<AppendRecord>]>([
    ['no JSON', 'EVENT_BODY_INVALID', () => record(rating(100), { value: Buffer.from('{"rating":') })],
    ['no bytes', 'EVENT_BODY_INVALID', () => record(rating(100), { value: Buffer.alloc(0) })],
    ['no headers', 'ENVELOPE_INVALID', () => record(rating(100), { headers: {} })],
    ['of an unknown type', 'EVENT_TYPE_UNKNOWN', () => withHeaders(rating(100), { ce_type: 'toString' })],
    ['of a future version', 'EVENT_VERSION_UNKNOWN', () => withHeaders(rating(100), { ce_dataversion: '99' })],
    ['in the wrong topic', 'ENVELOPE_INVALID', () => withHeaders(rating(100), { ce_type: 'action-tracked' })],
    ['with an id that is no UUID', 'ENVELOPE_INVALID', () => withHeaders(rating(100), { ce_id: 'nul \0 and \ud800 half' })],
    ['with a seal that is none', 'SEAL_INVALID', () => record(rating(100), { value: Buffer.from('{"sealed":"u.x.y"}') })],
    ['with a seal of another event', 'SEAL_BROKEN', () => withHeaders(rating(100), { ce_id: '00000000-0000-4000-8000-00000000abcd' })],
    [
      'with a key that no text column holds',
      'EVENT_BODY_INVALID',
      () => record(rating(100), { key: 'nul \0 🦊', value: Buffer.from([0, 255]) }),
    ],
  ])('because it is %s is parked by every projection that wants it', async (_, code, make) => {
    const bad = await make();
    const runner = harness.runner([toyProjection, counting]);
    await runner.start();
    const positions = await harness.append([...others.slice(0, 9), bad, ...others.slice(9)]);
    await runner.whenFolded(positions);
    expect(await codes()).toEqual([code, code]);
    expect(await harness.rows(toyProjection)).toEqual(toyTables(others));
  });

  it('is kept as it came, with everything a later attempt needs', async () => {
    const bad = await withHeaders(rating(100, { feedback: 'naïve 🦊', quality_score: TOY_POISON_QUALITY }), { 'x-nul': 'a\0b' });
    await foldAll([bad]);
    const [letter] = await harness.pool.query('select * from runtime.dead_letters');
    expect(letter).toMatchObject({
      projection: 'toy',
      version: 1,
      topic: 'picly.rating-submitted',
      offset: 0,
      key: Buffer.from(bad.key),
      sequence: 1,
      event_id: bad.headers['ce_id'],
      cause: 'fold_rejected',
      code: 'TOY_POISON',
      message: 'the quality is poison',
      headers: bad.headers,
      value: bad.value,
      record_timestamp_ms: bad.timestamp,
      attempts: 1,
    });
  });

  it('is not poison to a projection that can fold it', async () => {
    const runner = harness.runner([toyProjection, counting]);
    await runner.start();
    await runner.whenFolded(await harness.append([rating(100, { rating: 99 })]));
    expect(await harness.pool.query('select projection from runtime.dead_letters')).toEqual([{ projection: 'toy' }]);
    expect(await harness.pool.query('select count(*)::int as n from toy_count_v1.processed_events')).toEqual([{ n: 1 }]);
    expect(await harness.pool.query('select count(*)::int as n from toy_v1.processed_events')).toEqual([{ n: 0 }]);
  });

  it('is described without what it says', async () => {
    const event = rating(100);
    await foldAll([await record(event, { value: Buffer.from(JSON.stringify({ generation_id: 'secret of "ann"', rating: 3 })) })]);
    const [letter] = await harness.pool.query<{ code: string; message: string }>('select code, message from runtime.dead_letters');
    expect(letter?.code).toBe('SQL_22P02');
    expect(letter?.message).not.toContain('ann');
  });
});

describe('events behind a parked one', () => {
  it('of the same key park too, in order, in the same batch and later; other keys and topics flow', async () => {
    const [before, bad, behind, later] = [rating(1, { rating: 2 }), poison(1), rating(1), rating(1)];
    const completed = anEvent('generation-completed', { generation_id: generation(1) });
    const free = [rating(2), rating(3)];
    await foldAll([before, bad, free[0]!, behind, completed]);
    await foldAll([later, free[1]!, bad]);
    const letters = await harness.letters();
    expect(letters.map(({ sequence, code, event_id }) => ({ sequence, code, event_id }))).toEqual([
      { sequence: 1, code: 'TOY_POISON', event_id: bad.id },
      { sequence: 2, code: 'BEHIND_DEAD_LETTER', event_id: behind.id },
      { sequence: 3, code: 'BEHIND_DEAD_LETTER', event_id: later.id },
      { sequence: 4, code: 'BEHIND_DEAD_LETTER', event_id: bad.id },
    ]);
    expect(await harness.rows(toyProjection)).toEqual(toyTables([before, completed, ...free]));
  });

  it('flow again once the letters are taken away', async () => {
    const [bad, after] = [poison(1), rating(1, { rating: 4 })];
    await foldAll([bad]);
    await harness.pool.query('delete from runtime.dead_letters');
    await foldAll([after]);
    expect(await harness.rows(toyProjection)).toEqual(toyTables([after]));
  });
});

it('a whole batch of poison neither blocks nor loses anything', async () => {
  const bad = Array.from({ length: 150 }, (_, i) => rating(200 + i, { rating: 99 }));
  const good = toyHistory(30);
  await foldAll([...bad.slice(0, 75), ...good, ...bad.slice(75)]);
  expect(await harness.letters()).toHaveLength(150);
  expect(await harness.rows(toyProjection)).toEqual(toyTables(good));
});

it('the same events are parked whatever the batches', async () => {
  const events = toyHistory(60).map((event, i) => (i % 11 === 0 ? poison(i % 3) : event));
  const outcomes: unknown[] = [];
  for (const maxBatchRecords of [1, 3, 1_000]) {
    await harness.reset();
    const runner = harness.runner([toyProjection], { maxBatchRecords });
    await runner.start();
    await runner.whenFolded(await harness.append(events));
    await runner.stop();
    outcomes.push({ letters: await harness.letters(), rows: await harness.rows(toyProjection) });
  }
  expect(outcomes[1]).toEqual(outcomes[0]);
  expect(outcomes[2]).toEqual(outcomes[0]);
});
