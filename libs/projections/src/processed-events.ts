import type { DecodedEvent } from '@picly/contracts';
import type { Sql } from '@picly/database';
import { plainArray } from './array-literals';
import type { Projection } from './define';
import { quoted, schemaOf, statementPrefix } from './names';

interface Added {
  readonly added: number;
  readonly ids: readonly string[] | null;
}

/**
 * Notes the ids of the events and answers those never seen before, in the order given; an id that comes twice counts
 * with its first event. Sorted, so that two instances that note the same ids never wait for each other in a circle.
 */
export async function takeFresh(
  sql: Sql,
  projection: Pick<Projection, 'name' | 'version'>,
  events: readonly DecodedEvent[],
): Promise<DecodedEvent[]> {
  const byId = new Map<string, DecodedEvent>();
  for (const event of events) if (!byId.has(event.id)) byId.set(event.id, event);
  if (byId.size === 0) return [];
  const schema = schemaOf(projection);
  const [result] = await sql.query<Added>(
    `with added as (
       insert into ${quoted(schema)}.processed_events (event_id)
       select id from unnest($1::uuid[]) as given(id) order by id
       on conflict do nothing
       returning event_id
     )
     select count(*)::int as added, case when count(*) < $2 then array_agg(event_id) end as ids from added`,
    [plainArray([...byId.keys()]), byId.size],
    `${statementPrefix(schema)}take_fresh`,
  );
  if (result?.added === byId.size) return [...byId.values()];
  const fresh = new Set(result?.ids);
  return [...byId.values()].filter((event) => fresh.has(event.id));
}
