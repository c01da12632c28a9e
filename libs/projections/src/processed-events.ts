import type { DecodedEvent } from '@picly/contracts';
import { sqlState, type Sql } from '@picly/database';
import { plainArray } from './array-literals';
import type { Projection } from './define';
import { quoted, schemaOf, statementPrefix } from './names';

const UNIQUE_VIOLATION = '23505';

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
  const byId = firstOfEachId(events);
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

/**
 * The same where none of them is expected to have been folded: at half the cost, and without waiting for the answer. The events may be
 * folded meanwhile; `noted` rejects when one of them was folded before (`isRepeat`), and the transaction is lost.
 */
export function takeAll(
  sql: Sql,
  projection: Pick<Projection, 'name' | 'version'>,
  events: readonly DecodedEvent[],
): { readonly fresh: DecodedEvent[]; readonly noted: Promise<unknown> } {
  const byId = firstOfEachId(events);
  const schema = schemaOf(projection);
  const noted = sql.query(
    `insert into ${quoted(schema)}.processed_events (event_id) select id from unnest($1::uuid[]) as given(id) order by id`,
    [plainArray([...byId.keys()])],
    `${statementPrefix(schema)}take_all`,
  );
  return { fresh: [...byId.values()], noted };
}

function firstOfEachId(events: readonly DecodedEvent[]): Map<string, DecodedEvent> {
  const byId = new Map<string, DecodedEvent>();
  for (const event of events) if (!byId.has(event.id)) byId.set(event.id, event);
  return byId;
}

/** An id was noted that stands there already. */
export function isRepeat(error: unknown): boolean {
  return sqlState(error) === UNIQUE_VIOLATION && error instanceof Error && 'table' in error && error.table === 'processed_events';
}

/** Who repeats events does so again: for so many batches it is asked first which are new. */
const WARY_FOR = 100;

/** Which versions have met repeated events lately. */
export class Wariness {
  private readonly left = new WeakMap<object, number>();

  /** Whether to ask before the next batch, which counts. */
  isWary(projection: Projection): boolean {
    const left = this.left.get(projection) ?? 0;
    if (left > 0) this.left.set(projection, left - 1);
    return left > 0;
  }

  met(projection: Projection): void {
    this.left.set(projection, WARY_FOR);
  }
}
