import type { LogRecord } from '@picly/event-log';
import type { Sql } from '@picly/database';
import { causeOf } from './dead-letters/causes';
import type { ReadRecord } from './decode';
import { DeadLettersFullError } from './errors';
import type { Poison } from './failure';
import { idOf, type AnyProjection } from './names';

/** An event on its way aside, with its reason. */
export interface Letter {
  readonly record: LogRecord;
  readonly eventId: string | undefined;
  readonly poison: Poison;
}

/** The reason of events that are fine themselves, but come after one of the same key that is not. */
export const BEHIND: Poison = { code: 'BEHIND_DEAD_LETTER', message: 'an earlier event of the same key is parked' };

const MAX_TEXT = 2_000;

/** Equal for records of one key, which must stay in order. */
export const sequenceOf = ({ topic, key }: LogRecord): string => `${topic} ${key}`;

export function letterOf({ record, event }: ReadRecord, poison: Poison): Letter {
  return { record, eventId: event?.id ?? record.headers['ce_id'], poison };
}

/**
 * Which sequences of the records have dead letters, so that what comes later must wait behind them. Exact inside a fold's transaction:
 * whoever takes letters away holds the checkpoint row of their partition.
 */
export async function blockedSequences(sql: Sql, projection: AnyProjection, records: readonly ReadRecord[]): Promise<Set<string>> {
  const bySequence = new Map(records.map(({ record }) => [sequenceOf(record), record]));
  const given = [...bySequence.values()];
  const rows = await sql.query<{ n: number }>(
    `select g.n from unnest($3::text[], $4::bytea[]) with ordinality as g(topic, key, n)
      where exists (select from runtime.dead_letters d where d.projection = $1 and d.version = $2 and d.topic = g.topic and d.key = g.key)`,
    [projection.name, projection.version, given.map(({ topic }) => topic), given.map(({ key }) => Buffer.from(key, 'utf8'))],
    'dead_letters_blocked',
  );
  const names = [...bySequence.keys()];
  return new Set(rows.flatMap(({ n }) => names[n - 1] ?? []));
}

const PARK = `
  insert into runtime.dead_letters as d
    (projection, version, topic, partition, "offset", key, sequence, event_id, cause, code, message, headers, value, record_timestamp_ms)
  select $1, $2, g.topic, g.partition, g.off, g.key,
         coalesce(q.last, 0) + row_number() over (partition by g.topic, g.key order by g.off),
         g.event_id, g.cause, g.code, g.message, g.headers::json, g.value, g.ms
    from unnest($3::text[], $4::int[], $5::bigint[], $6::bytea[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::bytea[], $13::bigint[])
         as g(topic, partition, off, key, event_id, cause, code, message, headers, value, ms)
    left join lateral (
      select max(sequence) as last from runtime.dead_letters e
       where e.projection = $1 and e.version = $2 and e.topic = g.topic and e.key = g.key
    ) q on true
  on conflict (projection, version, topic, partition, "offset") do update
    set attempts = d.attempts + 1, last_seen = now(), cause = excluded.cause, code = excluded.code, message = excluded.message`;

/** Throws `DeadLettersFullError` when so many more would be too many. Instances that park at the same moment may go beyond by a batch. */
export async function refuseTooMany(sql: Sql, projection: AnyProjection, more: number, limit: number): Promise<void> {
  const [row] = await sql.query<{ n: number }>(
    'select count(*)::int as n from runtime.dead_letters where projection = $1 and version = $2',
    [projection.name, projection.version],
    'dead_letters_count',
  );
  if ((row?.n ?? 0) + more > limit) throw new DeadLettersFullError(idOf(projection), limit);
}

/** Puts events aside, bytes as they came, each behind the others of its key. */
export async function park(sql: Sql, projection: AnyProjection, letters: readonly Letter[]): Promise<void> {
  const column = <T>(pick: (letter: Letter) => T): T[] => letters.map(pick);
  await sql.query(
    PARK,
    [
      projection.name,
      projection.version,
      column(({ record }) => record.topic),
      column(({ record }) => record.partition),
      column(({ record }) => record.offset),
      column(({ record }) => Buffer.from(record.key, 'utf8')),
      column(({ eventId }) => (eventId === undefined ? null : storable(eventId))),
      column(({ poison }) => causeOf(poison.code)),
      column(({ poison }) => poison.code),
      column(({ poison }) => storable(poison.message)),
      column(({ record }) => JSON.stringify(record.headers)),
      column(({ record }) => record.value),
      column(({ record }) => record.timestamp),
    ],
    'dead_letters_park',
  );
}

/** Parking must not fail for want of a character. */
const storable = (text: string): string => text.slice(0, MAX_TEXT).toWellFormed().replaceAll('\0', '\u2400');
