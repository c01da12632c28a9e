import type { Sql } from '@picly/database';

/** How far the version of a view has folded that readers see. */
export interface ViewMovement {
  readonly view: string;
  readonly version: number;
  /** Events read so far, over all partitions. */
  readonly folded: number;
  readonly event_time: Date | null;
}

const MOVEMENT = `
  select p.name as view, p.active_version as version, coalesce(sum(c.next_offset - c.first_offset), 0)::bigint as folded,
         max(c.newest_event_at) as event_time
    from runtime.projections p
    left join runtime.checkpoints c on c.projection = p.name and c.version = p.active_version
   where p.active_version is not null
   group by 1, 2 order by 1`;

export class MovementQueries {
  constructor(private readonly sql: Sql) {}

  views(): Promise<ViewMovement[]> {
    return this.sql.query<ViewMovement>(MOVEMENT, [], 'live_movement');
  }
}
