import type { Sql } from '@picly/database';

/** An event that a projection could not fold, or that waits behind one. The bytes themselves stay where they are. */
export interface DeadLetterRow {
  readonly id: number;
  readonly projection: string;
  readonly version: number;
  readonly event_id: string | null;
  /** The kind of trouble (see docs/how-to/dead-letters.md); `behind` for those that only wait. */
  readonly cause: string;
  /** The particular reason: a stable code. */
  readonly code: string;
  readonly message: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Place in the queue of its key, from 1. */
  readonly sequence: number;
  readonly attempts: number;
  readonly first_seen: string;
  readonly last_seen: string;
}

export interface DeadLetterFilter {
  readonly projection?: string;
  readonly cause?: string;
  readonly event_id?: string;
  /** Only letters with a smaller id. */
  readonly before?: number;
  readonly limit: number;
}

const COLUMNS = `id, projection, version, event_id, cause, code, message, topic, partition, "offset", sequence, attempts,
  to_char(first_seen at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as first_seen,
  to_char(last_seen at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as last_seen`;

const LIST = `
  select ${COLUMNS} from runtime.dead_letters
  where ($1::text is null or projection = $1) and ($2::text is null or cause = $2) and ($3::text is null or event_id = $3)
    and ($4::bigint is null or id < $4)
  order by id desc limit $5`;

export class DeadLettersQueries {
  constructor(private readonly sql: Sql) {}

  /** The latest first. */
  list({ projection, cause, event_id: eventId, before, limit }: DeadLetterFilter): Promise<DeadLetterRow[]> {
    return this.sql.query<DeadLetterRow>(LIST, [projection ?? null, cause ?? null, eventId ?? null, before ?? null, limit]);
  }
}
