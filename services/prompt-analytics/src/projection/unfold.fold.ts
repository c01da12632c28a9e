import type { GenerationAction } from '@picly/contracts';
import type { FoldSql } from '@picly/projections';
import { ratingState, type KeptRatingRow } from './load.fold';
import { ratingKey } from './merge-ratings';
import type { FoldedEvent, RatingState } from './state';

/** An action that is no longer stored. */
export interface TakenAction {
  readonly generationId: string;
  readonly action: GenerationAction;
  readonly occurredAt: number;
}

/** Deletes actions by the ids of their events; answers which there were. */
export async function takeActions(sql: FoldSql, eventIds: readonly string[], generationIds: readonly string[]): Promise<TakenAction[]> {
  if (eventIds.length === 0) return [];
  const rows = await sql.query<{ generation_id: string; action: GenerationAction; occurred_ms: number }>(
    `delete from generation_actions where generation_id = any ($2::uuid[]) and event_id = any ($1::uuid[])
     returning generation_id, action, (extract(epoch from occurred_at) * 1000)::int8 as occurred_ms`,
    [eventIds, generationIds],
  );
  return rows.map((row) => ({ generationId: row.generation_id, action: row.action, occurredAt: row.occurred_ms }));
}

/** What became of the history of some ratings, by `ratingKey`. */
export interface SupersededRatings {
  /** How many of the events were in it, and are not any more. */
  readonly taken: ReadonlyMap<string, number>;
  /** Of ratings whose current one is among the events, the latest of what is left; it is in the history no more. */
  readonly left: ReadonlyMap<string, RatingState>;
}

/** Deletes events from the history of ratings, and takes out of it what counts again; deletes current ratings of which nothing is left. */
export async function takeSupersededRatings(
  sql: FoldSql,
  current: readonly RatingState[],
  eventIds: readonly string[],
): Promise<SupersededRatings> {
  const generationIds = current.map(({ generationId }) => generationId);
  const taken = new Map<string, number>();
  const gone = await sql.query<{ generation_id: string; rater: string }>(
    `delete from superseded_ratings where generation_id = any ($1::uuid[]) and event_id = any ($2::uuid[]) returning generation_id, rater`,
    [generationIds, eventIds],
  );
  for (const row of gone) taken.set(keyOf(row), (taken.get(keyOf(row)) ?? 0) + 1);
  const ended = current.filter(({ eventId }) => eventIds.includes(eventId));
  const asked = [ended.map(({ generationId }) => generationId), ended.map(({ rater }) => rater)];
  await sql.query(
    `delete from ratings r using unnest($1::uuid[], $2::text[]) as k (generation_id, rater)
     where r.generation_id = k.generation_id and r.rater = k.rater`,
    asked,
  );
  const promoted = await sql.query<KeptRatingRow>(
    `with latest as (
       select distinct on (s.generation_id, s.rater) s.generation_id, s.event_id
       from superseded_ratings s join unnest($1::uuid[], $2::text[]) as k (generation_id, rater)
         on s.generation_id = k.generation_id and s.rater = k.rater
       order by s.generation_id, s.rater, s.rated_at desc, s.log_offset desc
     )
     delete from superseded_ratings s using latest l where s.generation_id = l.generation_id and s.event_id = l.event_id
     returning s.generation_id, s.rater, s.event_id, s.rating, s.quality_score, s.tags, s.feedback, s.time_to_rate_ms,
       (extract(epoch from s.rated_at) * 1000)::int8 as rated_ms, s.log_offset, s.user_id, s.session_id, s.context`,
    asked,
  );
  return { taken, left: new Map(promoted.map((row) => [keyOf(row), ratingState(row)])) };
}

const keyOf = (row: { readonly generation_id: string; readonly rater: string }): string => ratingKey(row.generation_id, row.rater);

/** Leaves only the places of these generations. */
export async function forgetReports(sql: FoldSql, generationIds: readonly string[]): Promise<void> {
  await sql.query(
    `update generations set known = false, occurred_at = null, log_offset = null, prompt = null, prompt_hash = null, engine = '',
       model_version = '', success = null, response_time_ms = null, cost_micros = null, revenue_micros = null, currency = null,
       error = null, image_url = null, parameters = null, user_id = null, session_id = null, context = null
     where generation_id = any ($1::uuid[])`,
    [generationIds],
  );
}

/** Deletes what these events reported and others replaced; answers the hashes of the prompts. */
export async function forgetSupersededReports(sql: FoldSql, events: readonly FoldedEvent[]): Promise<string[]> {
  const reports = events.filter((event) => event.type === 'generation-completed');
  const rows = await sql.query<{ prompt_hash: string }>(
    `delete from superseded_reports r using unnest($1::uuid[], $2::float8[], $3::int8[]) as k (generation_id, at, log_offset)
     where r.generation_id = k.generation_id and r.seen_at = to_timestamp(k.at / 1000) and r.log_offset = k.log_offset
     returning r.prompt_hash`,
    [
      reports.map((event) => event.data.generation_id),
      reports.map((event) => event.occurredAt),
      reports.map((event) => event.position.offset),
    ],
  );
  return rows.map((row) => row.prompt_hash);
}

const SIGHTINGS = `(
  select prompt, occurred_at as seen_at, generation_id from generations where prompt_hash = p.prompt_hash
  union all
  select prompt, seen_at, generation_id from superseded_reports where prompt_hash = p.prompt_hash
)`;

/** Prompts that have lost a sighting: shown as they were seen first by those who are left, gone when nobody is. */
export async function forgetPrompts(sql: FoldSql, hashes: readonly string[]): Promise<void> {
  if (hashes.length === 0) return;
  await sql.query(
    `update prompts p set prompt = f.prompt, first_seen_at = f.seen_at, first_generation_id = f.generation_id
     from (
       select p.prompt_hash, s.* from unnest($1::text[]) as p (prompt_hash)
       cross join lateral (select * from ${SIGHTINGS} s order by seen_at, generation_id, prompt collate "C" limit 1) s
     ) f
     where p.prompt_hash = f.prompt_hash
       and (p.prompt, p.first_seen_at, p.first_generation_id) is distinct from (f.prompt, f.seen_at, f.generation_id)`,
    [hashes],
  );
  const gone = await sql.query<{ terms: string[] }>(
    `delete from prompts p where prompt_hash = any ($1::text[]) and not exists (select from ${SIGHTINGS} s) returning terms`,
    [hashes],
  );
  if (gone.length === 0) return;
  const counts = new Map([['', gone.length]]);
  for (const term of gone.flatMap(({ terms }) => terms)) counts.set(term, (counts.get(term) ?? 0) + 1);
  await sql.query(
    `update term_frequency t set prompts = t.prompts - k.n from unnest($1::text[], $2::int[]) as k (term, n) where t.term = k.term`,
    [[...counts.keys()], [...counts.values()]],
  );
  await sql.query('delete from term_frequency where term = any ($1::text[]) and prompts = 0', [[...counts.keys()]]);
}
