import type { Sql } from '@picly/database';
import type { LogRecord } from '@picly/event-log';
import type { DeadLetterHistoryRow, DeadLetterRow } from '@picly/projections';

export interface DeadLetterFilter {
  readonly projection?: string;
  readonly cause?: string;
  readonly code?: string;
  readonly key?: string;
  readonly event_id?: string;
}

/** The first letter of a queue. */
export interface QueueHead {
  readonly id: number;
  readonly projection: string;
  readonly version: number;
}

const utc = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ${column}`;

const COLUMNS = `id, projection, version, event_id, cause, code, message, topic, partition, "offset", encode(key, 'escape') as key, sequence,
  attempts, ${utc('first_seen')}, ${utc('last_seen')}`;

const MATCHES = `($1::text is null or projection = $1) and ($2::text is null or cause = $2) and ($3::text is null or code = $3)
  and ($4::bytea is null or key = $4) and ($5::text is null or event_id = $5)`;

const LIST = `select ${COLUMNS} from runtime.dead_letters where ${MATCHES} and ($6::bigint is null or id < $6) order by id desc limit $7`;

const HEADS = `
  select id, projection, version from (
    select distinct on (projection, version, topic, key) * from runtime.dead_letters
     order by projection, version, topic, key, sequence
  ) heads where ${MATCHES} order by id`;

const HISTORY = `
  select id, letter_id as letter, projection, version, event_id, action, author, reason, ${utc('at')}, cause, code, topic, partition, "offset"
    from runtime.dead_letter_history
   where ($1::text is null or projection = $1) and ($2::text is null or action = $2) and ($3::text is null or event_id = $3)
     and ($4::bigint is null or id < $4)
   order by id desc limit $5`;

const parameters = ({ projection, cause, code, key, event_id: eventId }: DeadLetterFilter): unknown[] => [
  projection ?? null,
  cause ?? null,
  code ?? null,
  key === undefined ? null : Buffer.from(key, 'utf8'),
  eventId ?? null,
];

export class DeadLettersQueries {
  constructor(private readonly sql: Sql) {}

  /** The latest first; only letters with a smaller id than `before`. */
  list({ before, limit, ...filter }: DeadLetterFilter & { readonly before?: number; readonly limit: number }): Promise<DeadLetterRow[]> {
    return this.sql.query<DeadLetterRow>(LIST, [...parameters(filter), before ?? null, limit]);
  }

  /** The letter with the event as it came. */
  async find(id: number): Promise<{ readonly row: DeadLetterRow; readonly record: LogRecord } | undefined> {
    const [found] = await this.sql.query<
      DeadLetterRow & { readonly headers: Record<string, string>; readonly value: Buffer; readonly ms: number; readonly bytes: Buffer }
    >(`select ${COLUMNS}, headers, value, record_timestamp_ms as ms, key as bytes from runtime.dead_letters where id = $1`, [id]);
    if (!found) return undefined;
    const { headers, value, ms: timestamp, bytes, ...row } = found;
    const { topic, partition, offset } = row;
    return { row, record: { topic, partition, offset, key: bytes.toString('utf8'), headers, value, timestamp } };
  }

  /** How many letters wait behind this one. */
  async behind({ projection, version, topic, sequence }: DeadLetterRow, key: string): Promise<number> {
    const [row] = await this.sql.query<{ n: number }>(
      `select count(*)::int as n from runtime.dead_letters
        where projection = $1 and version = $2 and topic = $3 and key = $4 and sequence > $5`,
      [projection, version, topic, Buffer.from(key, 'utf8'), sequence],
    );
    return row?.n ?? 0;
  }

  /** The first letters of all queues, as far as they match. */
  heads(filter: DeadLetterFilter): Promise<QueueHead[]> {
    return this.sql.query<QueueHead>(HEADS, parameters(filter));
  }

  /** What was done, the latest first. */
  history(filter: {
    readonly projection?: string;
    readonly action?: string;
    readonly event_id?: string;
    readonly before?: number;
    readonly limit: number;
  }): Promise<DeadLetterHistoryRow[]> {
    const { projection, action, event_id: eventId, before, limit } = filter;
    return this.sql.query<DeadLetterHistoryRow>(HISTORY, [projection ?? null, action ?? null, eventId ?? null, before ?? null, limit]);
  }
}
