import type { EventPosition } from '@picly/contracts';
import type { Sql } from '@picly/database';

/** What is known of an accepted event. Times are ISO 8601. */
export interface Receipt {
  readonly event_id: string;
  readonly event_type: string;
  readonly position: EventPosition;
  readonly occurred_at: string;
  readonly received_at: string;
  /** Absent for events that came into the log without passing the gateway. */
  readonly fingerprint?: string;
}

interface Row {
  readonly event_id: string;
  readonly event_type: string;
  readonly topic: string;
  readonly log_partition: number;
  readonly log_offset: number;
  readonly occurred_at: Date;
  readonly received_at: Date;
  readonly fingerprint: string | null;
}

const FIND = `
  select event_id, event_type, topic, log_partition, log_offset, occurred_at, received_at, fingerprint
  from picly.receipts where event_id = any($1::uuid[])`;

function receiptOf(row: Row): Receipt {
  return {
    event_id: row.event_id,
    event_type: row.event_type,
    position: { topic: row.topic, partition: row.log_partition, offset: row.log_offset },
    occurred_at: row.occurred_at.toISOString(),
    received_at: row.received_at.toISOString(),
    ...(row.fingerprint !== null && { fingerprint: row.fingerprint }),
  };
}

export class ReceiptsQueries {
  constructor(private readonly sql: Sql) {}

  /** The receipts of those ids that are known, by id in lower case; one query however many. */
  async find(eventIds: readonly string[]): Promise<ReadonlyMap<string, Receipt>> {
    if (eventIds.length === 0) return new Map();
    const rows = await this.sql.query<Row>(FIND, [eventIds], 'receipts_find');
    return new Map(rows.map((row) => [row.event_id, receiptOf(row)] as const));
  }
}
