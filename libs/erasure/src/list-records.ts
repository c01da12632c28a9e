import type { DatabasePool } from '@picly/database';
import type { EventLog, LogRecord } from '@picly/event-log';
import { scanLog, sealedRefOf } from './scan-log';

const KEEP = `
  insert into runtime.erasure_records (erasure, topic, partition, "offset", key, headers, value, record_timestamp_ms)
  select $1, g.topic, g.partition, g.off, g.key, g.headers::json, g.value, g.ms
    from unnest($2::text[], $3::int[], $4::bigint[], $5::text[], $6::text[], $7::bytea[], $8::bigint[])
         as g(topic, partition, off, key, headers, value, ms)
  on conflict do nothing`;

async function keep(pool: DatabasePool, erasure: string, records: readonly LogRecord[]): Promise<void> {
  if (records.length === 0) return;
  await pool.query(KEEP, [
    erasure,
    records.map(({ topic }) => topic),
    records.map(({ partition }) => partition),
    records.map(({ offset }) => offset),
    records.map(({ key }) => key),
    records.map(({ headers }) => JSON.stringify(headers)),
    records.map(({ value }) => value),
    records.map(({ timestamp }) => timestamp),
  ]);
}

/**
 * Copies the events that were folded with a key that is destroyed now: as they stand in the log, which nobody can read any more. Then
 * every version that had folded anything is to be cleaned.
 */
export async function listRecords(pool: DatabasePool, log: EventLog, erasure: string): Promise<void> {
  const names = await pool.query<{ ref: string }>('select ref from runtime.erasure_names where erasure = $1 and ref is not null', [
    erasure,
  ]);
  const refs = new Set(names.map(({ ref }) => ref));
  const fences = await pool.query<{ place: string; until: number }>(
    `select topic || '/' || partition as place, max(next_offset) as until from runtime.erasure_fences where erasure = $1 group by 1`,
    [erasure],
  );
  await scanLog(log, {
    until: new Map(fences.map(({ place, until }) => [place, until])),
    visit: (records) =>
      keep(
        pool,
        erasure,
        records.filter(({ value }) => refs.has(sealedRefOf(value) ?? '')),
      ),
  });
  await pool.query(
    `with parts as (
       insert into runtime.erasure_parts (erasure, projection, version)
       select distinct erasure, projection, version from runtime.erasure_fences where erasure = $1 on conflict do nothing
     )
     update runtime.erasures set state = 'cleaning' where id = $1 and state = 'listing'`,
    [erasure],
  );
}
