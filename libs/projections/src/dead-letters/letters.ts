import type { Sql } from '@picly/database';
import type { LogRecord } from '@picly/event-log';
import type { AnyProjection } from '../names';
import { KEPT_COLUMNS, keptRecord, type KeptRow } from './kept-record';

/** A parked event as it came, and its place among those of its key. */
export interface ParkedLetter {
  readonly id: number;
  readonly projection: string;
  readonly version: number;
  readonly sequence: number;
  readonly eventId: string | null;
  readonly cause: string;
  readonly code: string;
  readonly record: LogRecord;
}

interface Row extends KeptRow {
  readonly id: number;
  readonly projection: string;
  readonly version: number;
  readonly sequence: number;
  readonly event_id: string | null;
  readonly cause: string;
  readonly code: string;
}

const COLUMNS = `id, projection, version, sequence, event_id, cause, code, ${KEPT_COLUMNS}`;

function letterOf(row: Row): ParkedLetter {
  const { id, projection, version, sequence, event_id: eventId, cause, code } = row;
  return { id, projection, version, sequence, eventId, cause, code, record: keptRecord(row) };
}

/** The letter of a version; `undefined` when there is none (any more). */
export async function findLetter(sql: Sql, { name, version }: AnyProjection, id: number): Promise<ParkedLetter | undefined> {
  const [row] = await sql.query<Row>(
    `select ${COLUMNS} from runtime.dead_letters where id = $1 and projection = $2 and version = $3`,
    [id, name, version],
    'dead_letters_find',
  );
  return row && letterOf(row);
}

/** The next letters of the same key behind `sequence`, in order. */
export async function queueBehind(sql: Sql, letter: ParkedLetter, sequence: number, limit: number): Promise<readonly ParkedLetter[]> {
  const { projection, version, record } = letter;
  const rows = await sql.query<Row>(
    `select ${COLUMNS} from runtime.dead_letters
      where projection = $1 and version = $2 and topic = $3 and key = $4 and sequence > $5
      order by sequence limit $6`,
    [projection, version, record.topic, Buffer.from(record.key, 'utf8'), sequence, limit],
    'dead_letters_queue',
  );
  return rows.map(letterOf);
}

export async function removeLetters(sql: Sql, ids: readonly number[]): Promise<void> {
  await sql.query('delete from runtime.dead_letters where id = any($1::bigint[])', [ids], 'dead_letters_remove');
}

/** Tried once more, in vain: why, this time. */
export async function noteFailure(
  sql: Sql,
  id: number,
  failure: { readonly cause: string; readonly code: string; readonly message: string },
): Promise<void> {
  await sql.query(
    `update runtime.dead_letters set attempts = attempts + 1, last_seen = clock_timestamp(), cause = $2, code = $3, message = $4 where id = $1`,
    [id, failure.cause, failure.code, failure.message],
    'dead_letters_failed_again',
  );
}

/** What somebody did about letters. */
export interface Note {
  readonly action: 'fix' | 'replay' | 'discard';
  readonly author: string;
  readonly reason: string | null;
  readonly fixed?: { readonly headers: Readonly<Record<string, string>>; readonly value: Buffer };
}

const NOTE = `
  insert into runtime.dead_letter_history (projection, version, topic, partition, "offset", event_id, letter_id, action, cause, code, author,
         reason, key, headers, value, record_timestamp_ms, fixed_headers, fixed_value)
  select projection, version, topic, partition, "offset", event_id, id, $2, cause, code, $3, $4,
         case when $2 <> 'replay' then key end, case when $2 <> 'replay' then headers end, case when $2 <> 'replay' then value end,
         case when $2 <> 'replay' then record_timestamp_ms end, $5::json, $6::bytea
    from runtime.dead_letters where id = any($1::bigint[])
   order by id`;

/** Keeps for good what was done, and the original of what was changed or left out. Before the letters are removed. */
export async function noteDone(sql: Sql, ids: readonly number[], note: Note): Promise<void> {
  const headers = note.fixed ? JSON.stringify(note.fixed.headers) : null;
  await sql.query(NOTE, [ids, note.action, note.author, note.reason, headers, note.fixed?.value ?? null], 'dead_letters_note');
}
