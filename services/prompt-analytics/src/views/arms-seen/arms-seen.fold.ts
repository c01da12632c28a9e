import type { DecodedEvent } from '@picly/contracts';
import type { ErasedEvent, FoldSql } from '@picly/projections';

type Exposure = DecodedEvent<'experiment-exposed'>;

interface Sighting {
  readonly user_id: string;
  readonly experiment: string;
  readonly variant: string;
  readonly seen_at: string;
  readonly log_offset: number;
}

const isEarlier = (a: Sighting, b: Sighting): boolean => a.seen_at < b.seen_at || (a.seen_at === b.seen_at && a.log_offset < b.log_offset);

/** The first sighting of each person and experiment; exposures of nobody (any more) and those without an arm tell nothing. */
export function firstSightings(events: readonly Exposure[]): readonly Sighting[] {
  const first = new Map<string, Sighting>();
  for (const { data, occurredAt, position } of events) {
    const { user_id, experiment, variant } = data;
    if (user_id === undefined || variant === undefined) continue;
    const sighting = { user_id, experiment, variant, seen_at: new Date(occurredAt).toISOString(), log_offset: position.offset };
    const key = JSON.stringify([user_id, experiment]);
    const before = first.get(key);
    if (before === undefined || isEarlier(sighting, before)) first.set(key, sighting);
  }
  return [...first.values()];
}

/** Keeps the earlier of what is known and what is told. */
export async function saveSightings(sql: FoldSql, sightings: readonly Sighting[]): Promise<void> {
  if (sightings.length === 0) return;
  await sql.query(
    `insert into arms_seen as t (user_id, experiment, variant, seen_at, log_offset)
     select x.* from json_to_recordset($1::json) as x(user_id text, experiment text, variant text, seen_at timestamptz, log_offset bigint)
     order by user_id, experiment
     on conflict (user_id, experiment) do update set variant = excluded.variant, seen_at = excluded.seen_at, log_offset = excluded.log_offset
     where (excluded.seen_at, excluded.log_offset) < (t.seen_at, t.log_offset)`,
    [JSON.stringify(sightings)],
    'arms-seen save',
  );
}

const USER = 'user:';

/** Takes away everything these people saw: with the key of a person all of their exposures go. */
export async function unfoldSightings(erased: readonly ErasedEvent<'experiment-exposed'>[], sql: FoldSql): Promise<void> {
  const users = new Set(erased.flatMap(({ rater }) => (rater.startsWith(USER) ? [rater.slice(USER.length)] : [])));
  if (users.size > 0) await sql.query('delete from arms_seen where user_id = any($1::text[])', [[...users]]);
}
