import { EVENT_TYPES, type DecodedEvent } from '@picly/contracts';
import { createPool } from '@picly/database';
import { createPostgresLog } from '@picly/event-log';
import { PersonKeys } from '@picly/personal-data';
import { recordsOf, topicSpecs } from '@picly/testing';
import { MILLION_RATINGS, syntheticEvents } from '../synthetic-events';

const BATCH = 2_000;
const PARTITIONS = 8;
const RATINGS_PER_EVENT = 0.47;

function* firstOf(events: Iterable<DecodedEvent>, count: number): Generator<DecodedEvent[]> {
  let batch: DecodedEvent[] = [];
  let taken = 0;
  for (const event of events) {
    batch.push(event);
    if (++taken >= count) break;
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Appends so many events of the synthetic world (generations, ratings, actions), as dense in time as its million ratings, sealed as the gateway does. */
export async function fillLog(url: string, events: number): Promise<void> {
  const pool = createPool({ url });
  const log = await createPostgresLog({ url });
  await PersonKeys.install(pool);
  const keys = new PersonKeys({ pool });
  await log.ensureTopics(topicSpecs(EVENT_TYPES, PARTITIONS));
  const ratings = Math.ceil(events * RATINGS_PER_EVENT) + BATCH;
  const world = {
    ...MILLION_RATINGS,
    ratings,
    prompts: Math.ceil(ratings / 10),
    days: (MILLION_RATINGS.days * ratings) / MILLION_RATINGS.ratings,
  };
  for (const batch of firstOf(syntheticEvents(world), events)) await log.append(await recordsOf(batch, keys), { deadlineMs: 60_000 });
  await log.close();
  await pool.query('vacuum (analyze) log.records, runtime.person_keys');
  await pool.close();
}
