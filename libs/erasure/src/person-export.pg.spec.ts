import { EVENT_TYPES, topicOf, type DecodedEvent } from '@picly/contracts';
import { createPool, type DatabasePool } from '@picly/database';
import type { LogBatch } from '@picly/event-log';
import { PersonKeys } from '@picly/personal-data';
import { installProjections, mendedEvent } from '@picly/projections';
import { anEvent, createTestDatabase, MemoryLog, recordsOf, topicSpecs, toyProjection, uuidOf, type TestDatabase } from '@picly/testing';
import { collectNames } from './collect';
import { Erasures } from './erasures';
import { UnknownPersonError } from './errors';
import { installErasures } from './install';
import { openPersonExport, type PersonExportDeps } from './person-export';
import { sealedRefOf } from './scan-log';

interface Exported {
  readonly person: { readonly visits: readonly string[] };
  readonly events: readonly { readonly event_id: string; readonly data: object }[];
}

const NOBODY = { user_id: undefined };

let database: TestDatabase;
let pool: DatabasePool;
let deps: PersonExportDeps & { readonly keys: PersonKeys; readonly log: MemoryLog };

beforeEach(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url, maxConnections: 4 });
  await installProjections(pool, [toyProjection]);
  await installErasures(pool);
  deps = { pool, log: new MemoryLog(), keys: new PersonKeys({ pool, staleMs: 0 }) };
  await deps.log.ensureTopics(topicSpecs(EVENT_TYPES, 4));
});
afterEach(async () => {
  await deps.log.close();
  await pool.close();
  await database.drop();
});

const append = async (events: readonly DecodedEvent[]): Promise<void> => void (await deps.log.append(await recordsOf(events, deps.keys)));

async function exported(userId: string): Promise<Exported> {
  let text = '';
  for await (const piece of await openPersonExport(deps, userId)) text += piece;
  return JSON.parse(text) as Exported;
}

/** The ids of the events that nobody could read any more if this person were erased. */
async function losing(userId: string): Promise<string[]> {
  const { id } = await new Erasures(pool).request({ userId });
  await collectNames(deps, [id]);
  const rows = await pool.query<{ ref: string }>(
    'select k.ref from runtime.erasure_names n join runtime.person_keys k on k.subject = n.name where n.erasure = $1',
    [id],
  );
  const refs = rows.map(({ ref }) => ref);
  const bounds = await deps.log.bounds(EVENT_TYPES.map(topicOf));
  const from = bounds.map(({ topic, partition, start }) => ({ topic, partition, offset: start }));
  const records = (await deps.log.read({ from, maxRecords: 1_000, maxWaitMs: 0 })).flatMap((batch) => batch.records);
  return records.filter(({ value }) => refs.includes(sealedRefOf(value) ?? '')).map(({ headers }) => headers['ce_id'] ?? '');
}

it('tells every event that an erasure makes unreadable, also of the pictures that somebody nameless made in a visit of the person', async () => {
  const [own, others] = [uuidOf(1, 0x6), uuidOf(2, 0x6)];
  const visit = { session_id: 'visit-ann' };
  const told = [
    anEvent('generation-completed', { ...NOBODY, ...visit, generation_id: own }),
    anEvent('rating-submitted', { ...NOBODY, generation_id: own, feedback: 'lovely' }),
    anEvent('behavior-tracked', { ...visit, user_id: 'ann' }),
  ];
  await append([
    ...told,
    anEvent('generation-completed', { user_id: 'bob', ...visit, generation_id: others }),
    anEvent('rating-submitted', { ...NOBODY, generation_id: others, feedback: 'ugly' }),
    anEvent('behavior-tracked', { user_id: 'bob', session_id: 'visit-bob' }),
  ]);
  const { person, events } = await exported('ann');
  const ids = events.map(({ event_id: id }) => id).sort();
  expect(ids).toEqual(told.map(({ id }) => id).sort());
  expect(person.visits).toEqual(['visit-ann']);
  expect((await losing('ann')).sort()).toEqual(ids);
});

it('an event that was mended for several projections is told as it came, and once as it reads since', async () => {
  const event = anEvent('rating-submitted', { user_id: 'ann', feedback: 'too large' });
  await append([event]);
  const [
    {
      records: [record],
    },
  ] = (await deps.log.read({
    from: [{ ...event.position, offset: 0 }],
    maxRecords: 1,
    maxWaitMs: 0,
  })) as [LogBatch];
  if (!record) throw new Error('nothing was appended');
  for (const [projection, rating] of [
    ['one', 3],
    ['two', 3],
    ['three', 4],
  ] as const) {
    const body = { generation_id: event.data.generation_id, user_id: 'ann', rating, feedback: 'mended' };
    const { headers, value } = await mendedEvent(record, body, deps.keys);
    await pool.query(
      `insert into runtime.dead_letter_history (projection, version, topic, partition, "offset", letter_id, action, cause, code, author,
              key, headers, value, record_timestamp_ms, fixed_headers, fixed_value)
       values ($1, 1, $2, $3, $4, 1, 'fix', 'poison', 'TOO_LARGE', 'eve', $5, $6, $7, $8, $9, $10)`,
      [
        projection,
        record.topic,
        record.partition,
        record.offset,
        Buffer.from(record.key),
        JSON.stringify(record.headers),
        record.value,
        record.timestamp,
        JSON.stringify(headers),
        value,
      ],
    );
  }
  const { events } = await exported('ann');
  expect(events.map(({ data }) => data)).toMatchObject([
    { feedback: 'too large', rating: 5 },
    { feedback: 'mended', rating: 3 },
    { feedback: 'mended', rating: 4 },
  ]);
});

it('of somebody unknown there is none', async () => {
  await append([anEvent('behavior-tracked', { session_id: 'ann' })]);
  await expect(openPersonExport(deps, 'ann')).rejects.toThrow(UnknownPersonError);
});
