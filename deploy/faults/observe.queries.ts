import { setTimeout as sleep } from 'node:timers/promises';
import { EVENT_TYPES, topicOf } from '@picly/contracts';
import { createPool, type DatabasePool } from '@picly/database';
import { LogError, type EventLog, type LogPosition } from '@picly/event-log';
import type { Effects, LogEntry, ViewContents } from './history';
import type { System } from './system';

const TOPICS = EVENT_TYPES.map(topicOf);
const MOST_TRIES = 60;
const READ_AT_ONCE = 50_000;
const READ_WITHIN_MS = 5_000;

/** Looks at log and tables past the product. */
export class Observer {
  constructor(private readonly system: Pick<System, 'databaseUrl' | 'openLog'>) {}

  /** The ends of all partitions now. */
  ends(): Promise<readonly LogPosition[]> {
    return this.patiently(async (log) =>
      (await log.bounds(TOPICS)).map(({ topic, partition, end }) => ({ topic, partition, offset: end })),
    );
  }

  /** Everything that came behind these positions. */
  logFrom(from: readonly LogPosition[]): Promise<LogEntry[]> {
    return this.patiently(async (log) => {
      const bounds = new Map((await log.bounds(TOPICS)).map((bound) => [`${bound.topic}/${bound.partition}`, bound]));
      const entries: LogEntry[] = [];
      for (const { topic, partition, offset } of from) {
        const { start = 0, end = 0 } = bounds.get(`${topic}/${partition}`) ?? {};
        entries.push(...(await readUntil(log, { topic, partition, offset: Math.max(offset, start) }, end)));
      }
      return entries;
    });
  }

  /** Brokers that have just come back may not lead everything yet. */
  private async patiently<T>(look: (log: EventLog) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      const log = await this.system.openLog();
      try {
        return await look(log);
      } catch (error) {
        if (tries === MOST_TRIES || !(error instanceof LogError) || !error.retryable) throw error;
        await sleep(1_000);
      } finally {
        await log.close();
      }
    }
  }

  async views(ids: readonly string[]): Promise<ViewContents[]> {
    return this.withPool(async (pool) => {
      const active = await pool.query<{ projection: string; version: number; schema_name: string; topics: string[] }>(
        `select v.projection, v.version, v.schema_name, v.topics from runtime.projections p
         join runtime.projection_versions v on v.projection = p.name and v.version = p.active_version order by 1`,
      );
      const views: ViewContents[] = [];
      for (const { projection, version, schema_name: schema, topics } of active) {
        const folded = await pool.query<{ id: string }>(
          `select event_id::text as id from ${schema}.processed_events where event_id = any ($1::uuid[])`,
          [ids],
        );
        const parked = await pool.query<{ id: string }>(
          'select event_id as id from runtime.dead_letters where projection = $1 and version = $2 and event_id = any ($3::text[])',
          [projection, version, ids],
        );
        views.push({ view: projection, topics, folded: folded.map(({ id }) => id), parked: parked.map(({ id }) => id) });
      }
      return views;
    });
  }

  async effects(generationIds: readonly string[]): Promise<Effects[]> {
    return this.withPool(async (pool) => {
      const rows = await pool.query<{ id: string; actions: number; ratings: number; calls: number }>(
        `select g.generation_id::text as id, g.downloads + g.shares + g.edits + g.regenerations + g.uses as actions,
           (select count(*)::int from picly.ratings r where r.generation_id = g.generation_id) as ratings,
           (select count(*)::int from picly.calls c where c.call_id = g.generation_id and c.is_generation and c.engine is not null) as calls
         from picly.generations g where g.generation_id = any ($1::uuid[])`,
        [generationIds],
      );
      return rows.map(({ id, ...counts }) => ({ generationId: id, ...counts }));
    });
  }

  private async withPool<T>(work: (pool: DatabasePool) => Promise<T>): Promise<T> {
    const pool = createPool({ url: this.system.databaseUrl, maxConnections: 1, applicationName: 'picly observer' });
    try {
      return await work(pool);
    } finally {
      await pool.close();
    }
  }
}

async function readUntil(log: EventLog, { topic, partition, offset }: LogPosition, end: number): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for (let next = offset; next < end;) {
    const batches = await log.read({ from: [{ topic, partition, offset: next }], maxRecords: READ_AT_ONCE, maxWaitMs: READ_WITHIN_MS });
    const records = batches.flatMap((batch) => batch.records);
    const last = records.at(-1);
    if (!last) throw new Error(`${topic}/${partition} has nothing at ${next}, although it ends at ${end}`);
    for (const record of records) entries.push({ topic, partition, offset: record.offset, eventId: record.headers['ce_id'] ?? '' });
    next = last.offset + 1;
  }
  return entries;
}
