import type { DatabasePool } from '@picly/database';
import type { EventLog, LogRecord } from '@picly/event-log';
import { fixedCopies } from '@picly/projections';
import { readLog, sealedRefOf } from './scan-log';

const KEEP = `
  insert into runtime.erasure_records (erasure, topic, partition, "offset", key, headers, value, record_timestamp_ms)
  select g.erasure, g.topic, g.partition, g.off, g.key, g.headers::json, g.value, g.ms
    from unnest($1::uuid[], $2::text[], $3::int[], $4::bigint[], $5::text[], $6::text[], $7::bytea[], $8::bigint[])
         as g(erasure, topic, partition, off, key, headers, value, ms)
    -- Whoever is slow must not list for an erasure that another process has led on.
    join (select id from runtime.erasures where id = any($1::uuid[]) and state = 'listing' for share) e on e.id = g.erasure
  on conflict do nothing`;

/** A record, and the erasure it is listed for. */
interface Listed {
  readonly erasure: string;
  readonly record: LogRecord;
}

async function keep(pool: DatabasePool, listed: readonly Listed[]): Promise<void> {
  if (listed.length === 0) return;
  const records = listed.map(({ record }) => record);
  await pool.query(KEEP, [
    listed.map(({ erasure }) => erasure),
    records.map(({ topic }) => topic),
    records.map(({ partition }) => partition),
    records.map(({ offset }) => offset),
    records.map(({ key }) => key),
    records.map(({ headers }) => JSON.stringify(headers)),
    records.map(({ value }) => value),
    records.map(({ timestamp }) => timestamp),
  ]);
}

interface Fence {
  readonly erasure: string;
  readonly place: string;
  readonly until: number;
}

/** Where each erasure's listing ends, and where the reading for all of them does. */
class Fences {
  readonly ends = new Map<string, number>();
  private readonly own = new Map<string, number>();

  constructor(rows: readonly Fence[]) {
    for (const { erasure, place, until } of rows) {
      this.own.set(`${erasure} ${place}`, until);
      this.ends.set(place, Math.max(until, this.ends.get(place) ?? 0));
    }
  }

  isBehind(erasure: string, { topic, partition, offset }: LogRecord): boolean {
    return offset < (this.own.get(`${erasure} ${topic}/${partition}`) ?? 0);
  }
}

/**
 * Copies the events that were folded with a key that is destroyed now, as they stand in the log: also those that were the person's only
 * since they were mended. Then every version that had folded anything is to be cleaned. One reading of the log serves all the erasures.
 */
export async function listRecords(pool: DatabasePool, log: EventLog, erasures: readonly string[]): Promise<void> {
  const names = await pool.query<{ ref: string; erasure: string }>(
    'select ref, erasure from runtime.erasure_names where erasure = any($1::uuid[]) and ref is not null',
    [erasures],
  );
  // A key is destroyed once: a ref belongs to one erasure, also where two people shared a visit.
  const byRef = new Map(names.map(({ ref, erasure }) => [ref, erasure]));
  const fences = new Fences(
    await pool.query<Fence>(
      `select erasure, topic || '/' || partition as place, max(next_offset) as until
         from runtime.erasure_fences where erasure = any($1::uuid[]) group by 1, 2`,
      [erasures],
    ),
  );
  const listed = (record: LogRecord, value = record.value): Listed[] => {
    const erasure = byRef.get(sealedRefOf(value) ?? '');
    return erasure !== undefined && fences.isBehind(erasure, record) ? [{ erasure, record }] : [];
  };
  for await (const records of readLog(log, fences.ends))
    await keep(
      pool,
      records.flatMap((record) => listed(record)),
    );
  await keep(
    pool,
    (await fixedCopies(pool)).flatMap(({ original, fixed }) => listed(original, fixed.value)),
  );
  await pool.query(
    `with parts as (
       insert into runtime.erasure_parts (erasure, projection, version)
       select distinct erasure, projection, version from runtime.erasure_fences where erasure = any($1::uuid[]) on conflict do nothing
     )
     update runtime.erasures set state = 'cleaning' where id = any($1::uuid[]) and state = 'listing'`,
    [erasures],
  );
}
