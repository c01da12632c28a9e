import { inTransaction, type DatabasePool } from '@picly/database';
import { LogConfigurationError } from '../errors';
import type { PartitionBounds, TopicSpec } from '../port';

export interface Topic {
  readonly id: number;
  readonly name: string;
  readonly partitions: number;
}

/** Topics by name. They are never dropped or re-partitioned, so what was read once stays true. */
export class Topics {
  readonly #known = new Map<string, Topic>();

  constructor(private readonly pool: DatabasePool) {}

  async ensure(specs: readonly TopicSpec[]): Promise<void> {
    const ordered = [...specs].sort((a, b) => (a.name < b.name ? -1 : 1));
    await inTransaction(this.pool, async (tx) => {
      const values = [ordered.map((s) => s.name), ordered.map((s) => s.partitions), ordered.map((s) => s.retentionMs)];
      await tx.query(
        `insert into log.topics (name, partitions, retention_ms)
         select * from unnest($1::text[], $2::int[], $3::bigint[])
         on conflict (name) do update set retention_ms = excluded.retention_ms
         where topics.retention_ms is distinct from excluded.retention_ms`,
        values,
      );
      const topics = await tx.query<Topic>('select id, name, partitions from log.topics where name = any($1)', [values[0]]);
      for (const spec of ordered)
        refuseOtherShape(
          spec,
          topics.find((topic) => topic.name === spec.name),
        );
      await tx.query(
        `insert into log.partitions (topic_id, partition, sealed)
         select t.id, n, exists (select from log.moves) from log.topics t, generate_series(0, t.partitions - 1) n where t.id = any($1)
         on conflict do nothing`,
        [topics.map((topic) => topic.id)],
      );
    });
  }

  /** The topics of these names; throws `LogConfigurationError` when one does not exist. */
  async load(names: readonly string[]): Promise<Topic[]> {
    const unknown = [...new Set(names)].filter((name) => !this.#known.has(name));
    if (unknown.length > 0) {
      const found = await this.pool.query<Topic>('select id, name, partitions from log.topics where name = any($1)', [unknown]);
      for (const topic of found) this.#known.set(topic.name, topic);
    }
    return names.map((name) => {
      const topic = this.#known.get(name);
      if (!topic) throw new LogConfigurationError(`topic ${name} does not exist`);
      return topic;
    });
  }

  /** The topic when it has been loaded before. */
  known(name: string): Topic | undefined {
    return this.#known.get(name);
  }

  async bounds(names: readonly string[]): Promise<PartitionBounds[]> {
    await this.load(names);
    return this.pool.query<PartitionBounds>(
      `select t.name as topic, p.partition, p.start_offset as "start", p.next_offset as "end"
       from unnest($1::text[]) with ordinality w(name, ord)
       join log.topics t using (name) join log.partitions p on p.topic_id = t.id
       order by w.ord, p.partition`,
      [names],
    );
  }
}

function refuseOtherShape(spec: TopicSpec, existing: Topic | undefined): void {
  if (existing?.partitions === spec.partitions) return;
  throw new LogConfigurationError(
    `topic ${spec.name} has ${existing?.partitions ?? 'no'} partitions, not ${spec.partitions}: the number cannot be changed, keys would move`,
  );
}
