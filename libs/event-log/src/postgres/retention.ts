import { inTransaction, type DatabasePool } from '@picly/database';
import type { LogPosition } from '../port';
import type { Topics } from './topics';

const DELETE_CHUNK = 10_000;

interface Cut {
  readonly topicId: number;
  readonly partition: number;
  readonly before: number;
}

/** Drops what need not be kept: the start moves first, so readers see the loss at once; the rows follow in portions. */
export class Retention {
  constructor(
    private readonly pool: DatabasePool,
    private readonly topics: Topics,
  ) {}

  async trim(before: readonly LogPosition[]): Promise<void> {
    const topics = await this.topics.load(before.map((position) => position.topic));
    await this.#cut(before.map(({ partition, offset }, index) => ({ topicId: topics[index]?.id ?? 0, partition, before: offset })));
  }

  /** Trim every topic by its retention time, by the database's clock; one process at a time. */
  async sweep(): Promise<void> {
    const cuts = await inTransaction(this.pool, async (tx) => {
      const [lock] = await tx.query<{ mine: boolean }>(`select pg_try_advisory_xact_lock(hashtext('picly.log.retention')) as mine`);
      if (!lock?.mine) return [];
      return tx.query<Cut>(
        `select p.topic_id as "topicId", p.partition, coalesce((
           select r."offset" from log.records r
           where r.topic_id = p.topic_id and r.partition = p.partition
             and r.timestamp_ms >= extract(epoch from clock_timestamp()) * 1000 - t.retention_ms
           order by r."offset" limit 1
         ), p.next_offset) as before
         from log.partitions p join log.topics t on t.id = p.topic_id
         where t.retention_ms is not null and p.next_offset > p.start_offset`,
      );
    });
    await this.#cut(cuts);
  }

  async #cut(cuts: readonly Cut[]): Promise<void> {
    if (cuts.length === 0) return;
    const columns = [cuts.map((cut) => cut.topicId), cuts.map((cut) => cut.partition), cuts.map((cut) => cut.before)];
    await this.pool.query(
      `with locked as (
         select p.topic_id, p.partition, least(w.before, p.next_offset) as before
         from log.partitions p join unnest($1::int[], $2::int[], $3::bigint[]) w(topic_id, partition, before) using (topic_id, partition)
         order by p.topic_id, p.partition for update of p
       )
       update log.partitions p set start_offset = l.before from locked l
       where p.topic_id = l.topic_id and p.partition = l.partition and p.start_offset < l.before`,
      columns,
    );
    for (const cut of cuts) await this.#deleteRows(cut);
  }

  async #deleteRows({ topicId, partition }: Cut): Promise<void> {
    for (let more = true; more;) {
      const [answer] = await this.pool.query<{ more: boolean }>(
        `with first as (
           select min(r."offset") as "offset" from log.records r where r.topic_id = $1 and r.partition = $2
         ), bound as (
           select least(p.start_offset, f."offset" + $3) as upper, p.start_offset
           from log.partitions p, first f where p.topic_id = $1 and p.partition = $2
         ), gone as (
           delete from log.records r using bound b
           where r.topic_id = $1 and r.partition = $2 and r."offset" < b.upper
         )
         select upper < start_offset as more from bound`,
        [topicId, partition, DELETE_CHUNK],
      );
      more = answer?.more ?? false;
    }
  }
}
