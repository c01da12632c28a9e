import type { EventPosition } from '@picly/contracts';
import type { Sql } from '@picly/database';

/** What became of an event in one active version. */
export interface FoldedBy {
  readonly projection: string;
  readonly version: number;
  /** `parked`: it is a dead letter of this version, for the reason in `cause`, `code` and `message`; `discarded`: it was one, and is left out. */
  readonly state: 'folded' | 'pending' | 'parked' | 'discarded';
  readonly cause?: string;
  readonly code?: string;
  readonly message?: string;
}

interface Row {
  readonly projection: string;
  readonly version: number;
  readonly folded: boolean | null;
  readonly discarded: boolean;
  readonly cause: string | null;
  readonly code: string | null;
  readonly message: string | null;
}

const FOLDED_BY = `
  select p.name as projection, p.active_version as version, c.next_offset > $3 as folded, d.cause, d.code, d.message,
         coalesce(h.action = 'discard', false) as discarded
    from runtime.projections p
    join runtime.projection_versions v on v.projection = p.name and v.version = p.active_version
    left join runtime.checkpoints c on c.projection = p.name and c.version = p.active_version and c.topic = $1 and c.partition = $2
    left join runtime.dead_letters d on d.projection = p.name and d.version = p.active_version
                                    and d.topic = $1 and d.partition = $2 and d."offset" = $3
    left join lateral (
      select action from runtime.dead_letter_history e
       where e.projection = p.name and e.topic = $1 and e.partition = $2 and e."offset" = $3 and e.action <> 'replay'
       order by e.id desc limit 1
    ) h on true
   where $1 = any(v.topics)
   order by p.name`;

/** Of every active version that consumes the topic of the event at this place. */
export async function foldedBy(sql: Sql, { topic, partition, offset }: EventPosition): Promise<FoldedBy[]> {
  const rows = await sql.query<Row>(FOLDED_BY, [topic, partition, offset], 'folded_by');
  return rows.map(({ projection, version, folded, discarded, cause, code, message }) => {
    if (cause !== null) return { projection, version, state: 'parked', cause, code: code ?? '', message: message ?? '' };
    if (folded !== true) return { projection, version, state: 'pending' };
    return { projection, version, state: discarded ? 'discarded' : 'folded' };
  });
}
