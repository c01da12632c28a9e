import type { DatabasePool } from '@picly/database';
import type { PartitionBounds } from '@picly/event-log';
import { isYoung } from './age';
import type { LogEnds } from './log-ends';
import { idOf, placeOf } from './names';

export interface PartitionStatus {
  readonly topic: string;
  readonly partition: number;
  /** The next event to be folded. */
  readonly position: number;
  /** The end of the log; null when the log does not answer. */
  readonly end: number | null;
  readonly lag: number | null;
  readonly owner: string;
  /** RFC 3339, of the last commit or claim. */
  readonly updated_at: string;
  readonly last_error: string | null;
}

export interface ProjectionStatus {
  readonly projection: string;
  readonly version: number;
  /** True for the version that readers see. */
  readonly active: boolean;
  readonly events_folded: number;
  readonly duplicates: number;
  readonly dead_letters: number;
  /** Events that are left out because somebody discarded them. */
  readonly discarded: number;
  readonly lag_events: number | null;
  /** Events per second since this process asked last; null the first time. */
  readonly events_per_second: number | null;
  readonly event_time: string | null;
  readonly partitions: readonly PartitionStatus[];
}

/** How far a version is behind the log. */
export interface Lag {
  readonly projection: string;
  readonly version: number;
  readonly lag_events: number;
}

interface Version {
  readonly projection: string;
  readonly version: number;
  readonly topics: readonly string[];
}

interface VersionRow extends Version {
  readonly active: boolean;
  readonly dead_letters: number;
  readonly discarded: number;
}

interface PositionRow {
  readonly projection: string;
  readonly version: number;
  readonly topic: string;
  readonly partition: number;
  readonly next_offset: number;
}

interface CheckpointRow extends PositionRow {
  readonly first_offset: number;
  readonly duplicates: number;
  readonly owner: string;
  readonly newest_event_at: Date | null;
  readonly updated_at: Date;
  readonly last_error: string | null;
}

export interface StatusDeps {
  readonly pool: DatabasePool;
  readonly ends: LogEnds;
  readonly clock: () => number;
}

/** Dead letters of a version `v`. */
export const PARKED = '(select count(*)::int from runtime.dead_letters d where d.projection = v.projection and d.version = v.version)';

/** Events that a version `v` has passed and left out, because somebody discarded them. */
export const DISCARDED = `(select count(*)::int from (
            select distinct on (h.topic, h.partition, h."offset") h.action, h.topic, h.partition, h."offset"
              from runtime.dead_letter_history h where h.projection = v.projection and h.action <> 'replay'
             order by h.topic, h.partition, h."offset", h.id desc
          ) h join runtime.checkpoints c on c.projection = v.projection and c.version = v.version
                                        and c.topic = h.topic and c.partition = h.partition
           where h.action = 'discard' and h."offset" >= c.first_offset and h."offset" < c.next_offset
             and not exists (select from runtime.dead_letters d
                              where d.projection = v.projection and d.version = v.version
                                and d.topic = h.topic and d.partition = h.partition and d."offset" = h."offset"))`;

const VERSIONS = `
  select v.projection, v.version, v.version = p.active_version as active, v.topics, ${PARKED} as dead_letters, ${DISCARDED} as discarded
    from runtime.projection_versions v join runtime.projections p on p.name = v.projection
   order by v.projection, v.version`;
const CHECKPOINTS = 'select * from runtime.checkpoints order by projection, version, topic, partition';
const TOPICS = 'select projection, version, topics from runtime.projection_versions where projection = any($1::text[]) order by 1, 2';
const POSITIONS = 'select projection, version, topic, partition, next_offset from runtime.checkpoints where projection = any($1::text[])';
const SHORTEST_RATE_MS = 200;

/** Reads the state of all projections, of all services. */
export class StatusReader {
  private readonly before = new Map<string, { readonly at: number; readonly read: number; readonly rate: number | null }>();

  constructor(private readonly deps: StatusDeps) {}

  async read(): Promise<ProjectionStatus[]> {
    const { pool, ends } = this.deps;
    const versions = await pool.query<VersionRow>(VERSIONS, [], 'status_versions');
    const topics = [...new Set(versions.flatMap((version) => version.topics))];
    // An operator wants to see the rest most of all when the log does not answer.
    const byPlace = await ends.now(topics).then(
      (answer) => answer.byPlace,
      () => new Map<string, PartitionBounds>(),
    );
    const rows = await pool.query<CheckpointRow>(CHECKPOINTS, [], 'status_checkpoints');
    return versions.map((version) => {
      const own = rows.filter((row) => row.projection === version.projection && row.version === version.version);
      return this.statusOf(version, own, byPlace);
    });
  }

  /** How far all versions of these projections are behind the log; rejects when it does not answer. */
  async lags(names: readonly string[]): Promise<Lag[]> {
    const { pool, ends } = this.deps;
    const versions = await pool.query<Version>(TOPICS, [names], 'lag_versions');
    const { byPlace } = await ends.of([...new Set(versions.flatMap(({ topics }) => topics))]);
    const rows = await pool.query<PositionRow>(POSITIONS, [names], 'lag_positions');
    return versions.map((version) => {
      const own = rows.filter((row) => row.projection === version.projection && row.version === version.version);
      return { projection: version.projection, version: version.version, lag_events: lagOf(version, own, byPlace) ?? 0 };
    });
  }

  private statusOf(version: VersionRow, rows: readonly CheckpointRow[], ends: ReadonlyMap<string, PartitionBounds>): ProjectionStatus {
    const read = sum(rows.map((row) => row.next_offset - row.first_offset));
    const duplicates = sum(rows.map((row) => row.duplicates));
    const newest = Math.max(...rows.map((row) => row.newest_event_at?.getTime() ?? Number.NEGATIVE_INFINITY));
    const partitions = rows.map((row) => partitionOf(row, ends.get(placeOf(row))?.end));
    return {
      projection: version.projection,
      version: version.version,
      active: version.active,
      events_folded: read - duplicates - version.dead_letters - version.discarded,
      duplicates,
      dead_letters: version.dead_letters,
      discarded: version.discarded,
      lag_events: lagOf(version, rows, ends),
      events_per_second: this.rateOf(idOf({ name: version.projection, version: version.version }), read),
      event_time: Number.isFinite(newest) ? new Date(newest).toISOString() : null,
      partitions,
    };
  }

  private rateOf(id: string, read: number): number | null {
    const at = this.deps.clock();
    const before = this.before.get(id);
    if (before && isYoung(at, before.at, SHORTEST_RATE_MS)) return before.rate;
    const rate = before && before.at < at ? Math.round((1_000 * (read - before.read)) / (at - before.at)) : null;
    this.before.set(id, { at, read, rate });
    return rate;
  }
}

function partitionOf(row: CheckpointRow, end: number | undefined): PartitionStatus {
  return {
    topic: row.topic,
    partition: row.partition,
    position: row.next_offset,
    end: end ?? null,
    lag: end === undefined ? null : Math.max(0, end - row.next_offset),
    owner: row.owner,
    updated_at: row.updated_at.toISOString(),
    last_error: row.last_error,
  };
}

/** Partitions that nobody has claimed yet count too. */
function lagOf({ topics }: Version, rows: readonly PositionRow[], ends: ReadonlyMap<string, PartitionBounds>): number | null {
  if (ends.size === 0) return null;
  const positions = new Map(rows.map((row) => [placeOf(row), row.next_offset]));
  const own = [...ends].filter(([place]) => topics.includes(place.slice(0, place.lastIndexOf('/'))));
  return sum(own.map(([place, { start, end }]) => Math.max(0, end - (positions.get(place) ?? start))));
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
