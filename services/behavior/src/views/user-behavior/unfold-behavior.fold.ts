import type { ErasedEvent, FoldSql } from '@picly/projections';

/** Takes the facts of these events away, and counts their visits anew from what is left of them. */
export async function unfoldBehavior(erased: readonly ErasedEvent<'behavior-tracked'>[], sql: FoldSql): Promise<void> {
  const gone = await sql.query<{ session_id: string }>(
    `with gone as (delete from user_behavior where event_id = any($1::uuid[]) returning session_id)
     select distinct session_id from gone where session_id is not null`,
    [erased.map(({ event }) => event.id)],
  );
  if (gone.length === 0) return;
  const sessions = [gone.map((row) => row.session_id)];
  await sql.query('delete from session_pages where session_id = any($1::text[])', sessions);
  await sql.query('delete from sessions where session_id = any($1::text[])', sessions);
  await sql.query(
    `insert into session_pages (session_id, page_hash, events)
     select session_id, md5(page)::uuid, count(*) from user_behavior
      where session_id = any($1::text[]) and page is not null group by 1, 2`,
    sessions,
  );
  await sql.query(
    `insert into sessions (session_id, first_at, last_at, events, pages, interaction_ms)
     select session_id, min(occurred_at), max(occurred_at), count(*), count(distinct page), coalesce(sum(duration_ms), 0)
       from user_behavior where session_id = any($1::text[]) group by session_id`,
    sessions,
  );
}
