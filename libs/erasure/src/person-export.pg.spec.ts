import { EVENT_TYPES, topicOf, type DecodedEvent } from '@picly/contracts';
import { createPool, type DatabasePool } from '@picly/database';
import { PersonKeys } from '@picly/personal-data';
import { installProjections } from '@picly/projections';
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

it('of somebody unknown there is none', async () => {
  await append([anEvent('behavior-tracked', { session_id: 'ann' })]);
  await expect(openPersonExport(deps, 'ann')).rejects.toThrow(UnknownPersonError);
});
