import type { Sql } from '@picly/database';
import { int4Array, int8Array } from './binary-array';
import { LogSealedError } from '../errors';
import type { EncodedRecord } from './record-codec';

/** A record and the partition it goes to. */
export interface PlacedRecord {
  readonly topicId: number;
  readonly partition: number;
  readonly encoded: EncodedRecord;
}

/** Records with their bytes. */
export interface PlacedLot {
  readonly bytes: Buffer;
  readonly records: readonly PlacedRecord[];
}

interface PartitionShare {
  readonly topicId: number;
  readonly partition: number;
  records: number;
  /** Place in the statement, from 1. */
  slot: number;
}

/**
 * Lock the partition rows in one order (no deadlocks between writers), hand out offsets, write. Whoever comes next to a
 * partition waits for this commit: offsets become visible in order and without gaps. The bytes of all records travel as
 * one binary parameter and are cut up by the server.
 */
const APPEND = `
with wanted as materialized (
  select * from unnest($1::int[], $2::int[], $3::int[]) with ordinality w(topic_id, partition, n, slot)
), locked as materialized (
  select p.topic_id, p.partition, p.next_offset, w.n, w.slot
  from log.partitions p join wanted w using (topic_id, partition)
  where not p.sealed
  order by p.topic_id, p.partition
  for update of p
), advanced as (
  update log.partitions p set next_offset = l.next_offset + l.n
  from locked l where p.topic_id = l.topic_id and p.partition = l.partition
), written as (
  insert into log.records (topic_id, partition, "offset", timestamp_ms, key, headers, value)
  select l.topic_id, l.partition, l.next_offset + r.ordinal, r.timestamp_ms,
    substr($4::bytea, r.at, r.key_bytes),
    substr($4::bytea, r.at + r.key_bytes, r.headers_bytes),
    substr($4::bytea, r.at + r.key_bytes + r.headers_bytes, r.value_bytes)
  from unnest($5::int[], $6::int[], $7::bigint[], $8::int[], $9::int[], $10::int[], $11::int[])
    r(slot, ordinal, timestamp_ms, at, key_bytes, headers_bytes, value_bytes)
  join locked l on l.slot = r.slot
)
select slot::int as slot, next_offset as base from locked order by slot`;

/** Write all in one commit, or nothing (`LogSealedError`); answers the offset of each record, lot by lot, in the order given. */
export async function appendAll(sql: Sql, lots: readonly PlacedLot[]): Promise<number[]> {
  const statement = new AppendStatement(lots);
  const rows = await sql.query<{ slot: number; base: number }>(APPEND, statement.parameters, 'picly-log-append');
  // A seal is one commit for all partitions: they are all missing, or none.
  if (rows.length < statement.partitions) throw new LogSealedError();
  return statement.offsets(rows);
}

/** No topic has more partitions: makes one number of a topic and a partition. */
const MOST_PARTITIONS = 1_000_000;

class AppendStatement {
  readonly parameters: unknown[];
  /** How many partitions are written to. */
  readonly partitions: number;
  /** Of each record its partition's slot, and its number among the records of it. */
  private readonly slots: number[] = [];
  private readonly ordinals: number[] = [];

  constructor(private readonly lots: readonly PlacedLot[]) {
    const shares = this.share();
    this.partitions = shares.length;
    const heads = [shares.map((s) => s.topicId), shares.map((s) => s.partition), shares.map((s) => s.records)];
    const bytes = lots.length === 1 && lots[0] ? lots[0].bytes : Buffer.concat(lots.map((lot) => lot.bytes));
    this.parameters = [...heads.map(int4Array), bytes, ...this.columns()];
  }

  offsets(rows: readonly { readonly slot: number; readonly base: number }[]): number[] {
    const bases: number[] = [];
    for (const { slot, base } of rows) bases[slot] = base;
    return this.slots.map((slot, n) => {
      const base = bases[slot];
      if (base === undefined) throw new Error('the log has no row for a partition that it should have');
      return base + (this.ordinals[n] ?? NaN);
    });
  }

  /** The partitions concerned in the order of their locks; numbers the records of each. */
  private share(): readonly PartitionShare[] {
    const shares = new Map<number, PartitionShare>();
    const chosen: PartitionShare[] = [];
    for (const { records } of this.lots) {
      for (const { topicId, partition } of records) {
        const key = topicId * MOST_PARTITIONS + partition;
        let share = shares.get(key);
        if (!share) shares.set(key, (share = { topicId, partition, records: 0, slot: 0 }));
        chosen.push(share);
        this.ordinals.push(share.records++);
      }
    }
    const ordered = [...shares.values()].sort((a, b) => a.topicId - b.topicId || a.partition - b.partition);
    ordered.forEach((share, index) => (share.slot = index + 1));
    for (const share of chosen) this.slots.push(share.slot);
    return ordered;
  }

  private columns(): readonly Buffer[] {
    const timestamps: number[] = [];
    const [positions, keys, headers, values]: [number[], number[], number[], number[]] = [[], [], [], []];
    let before = 1;
    for (const { bytes, records } of this.lots) {
      for (const { encoded } of records) {
        timestamps.push(encoded.timestamp);
        positions.push(before + encoded.at);
        keys.push(encoded.keyBytes);
        headers.push(encoded.headersBytes);
        values.push(encoded.valueBytes);
      }
      before += bytes.length;
    }
    return [int4Array(this.slots), int4Array(this.ordinals), int8Array(timestamps), ...[positions, keys, headers, values].map(int4Array)];
  }
}
