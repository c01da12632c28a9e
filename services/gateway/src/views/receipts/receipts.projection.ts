import { EVENT_TYPES, type DecodedEvent } from '@picly/contracts';
import { defineProjection, type FoldSql } from '@picly/projections';
import { Receipts1790000000001 } from './1790000000001-receipts.migration';
import { AUDITS } from './audits.queries';

const INSERT = `
  insert into receipts (event_id, event_type, topic, log_partition, log_offset, occurred_at, received_at, fingerprint)
  select id, type, topic, part, off, to_timestamp(occurred / 1000.0), to_timestamp(received / 1000.0), fingerprint
  from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::bigint[], $6::float8[], $7::float8[], $8::text[])
    as event (id, type, topic, part, off, occurred, received, fingerprint)
  on conflict do nothing`;

async function fold(events: readonly DecodedEvent[], sql: FoldSql): Promise<void> {
  const columns = [
    events.map((event) => event.id),
    events.map((event) => event.type),
    events.map((event) => event.position.topic),
    events.map((event) => event.position.partition),
    events.map((event) => event.position.offset),
    events.map((event) => event.occurredAt),
    events.map((event) => event.receivedAt),
    events.map((event) => event.fingerprint ?? null),
  ];
  await sql.query(INSERT, columns, 'receipts_insert');
}

/** Every event ever accepted, by id: when, where in the log, and a keyed digest of its body. Holds nothing personal. */
export const receipts = defineProjection({
  name: 'receipts',
  version: 1,
  events: EVENT_TYPES,
  // Places in the log differ between two logs with the same events.
  tables: [{ name: 'receipts', key: ['event_id'], except: ['log_partition', 'log_offset'] }],
  migrations: [Receipts1790000000001],
  audits: AUDITS,
  fold,
});
