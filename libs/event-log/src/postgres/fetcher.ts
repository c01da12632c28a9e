import type { DatabasePool } from '@picly/database';
import type { LogRecord, TopicPartition } from '../port';
import { decodeRecords, readInt8 } from './record-codec';
import type { Topic, Topics } from './topics';

/** One partition to fetch from. */
export interface Want extends TopicPartition {
  readonly offset: number;
  readonly maxRecords: number;
}

/** What was found for a want: its records, possibly none, and the bounds at that moment. */
export interface Found extends TopicPartition {
  readonly from: number;
  readonly start: number;
  readonly end: number;
  readonly records: readonly LogRecord[];
}

/** An array written into a statement: COPY takes no parameters. */
const integers = (values: readonly number[]): string => `'{${values.map((value) => Math.trunc(value)).join(',')}}'`;

/**
 * Everything new of many partitions in one statement, hence one snapshot. Records above the byte limit stay for the
 * next time, but the first one always comes. Partitions without news are left out.
 */
function fetchOf(topics: readonly Topic[], wants: readonly Want[], maxBytesPerPartition: number): string {
  return `
select w.slot::int4, p.start_offset::int8, p.next_offset::int8, r.bytes
from unnest(${integers(topics.map(({ id }) => id))}::int[], ${integers(wants.map(({ partition }) => partition))}::int[],
  ${integers(wants.map(({ offset }) => offset))}::bigint[], ${integers(wants.map(({ maxRecords }) => maxRecords))}::int[]) with ordinality w(topic_id, partition, "from", n, slot)
join log.partitions p using (topic_id, partition)
left join lateral (
  select string_agg(x.frame, ''::bytea) as bytes from (
    select int8send(s.timestamp_ms) || int4send(octet_length(s.key)) || int4send(octet_length(s.headers))
      || int4send(octet_length(s.value)) || s.key || s.headers || s.value as frame
    from (
      select e.*, sum(octet_length(e.value) + octet_length(e.headers)) over (order by e."offset" rows unbounded preceding) as size
      from log.records e
      where e.topic_id = w.topic_id and e.partition = w.partition and e."offset" >= w."from" and e."offset" < w."from" + w.n
      order by e."offset"
    ) s
    where s.size <= ${Math.trunc(maxBytesPerPartition)} or s."offset" = w."from"
    order by s."offset"
  ) x
) r on p.start_offset <= w."from"
where p.next_offset <> w."from"`;
}

export class Fetcher {
  constructor(
    private readonly pool: DatabasePool,
    private readonly topics: Topics,
  ) {}

  async fetch(wants: readonly Want[], maxBytesPerPartition: number): Promise<Found[]> {
    const topics = await this.topics.load(wants.map((want) => want.topic));
    const rows = await this.pool.copyOut(fetchOf(topics, wants, maxBytesPerPartition));
    return rows.flatMap(([slot, start, end, bytes]) => {
      const want = slot && wants[slot.readInt32BE() - 1];
      if (!want || !start || !end) return [];
      const { topic, partition, offset } = want;
      const records = bytes ? decodeRecords(bytes, want, offset) : [];
      return [{ topic, partition, from: offset, start: readInt8(start, 0), end: readInt8(end, 0), records }];
    });
  }
}
