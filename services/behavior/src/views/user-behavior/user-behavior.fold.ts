import type { DecodedEvent } from '@picly/contracts';
import type { FoldSql } from '@picly/projections';
import { deviceFacts } from './device-facts';

type Behavior = DecodedEvent<'behavior-tracked'>;

function factRow(event: Behavior): Record<string, unknown> {
  const { data } = event;
  const device = deviceFacts(data.device);
  return {
    event_id: event.id,
    session_id: data.session_id,
    user_id: data.user_id,
    action: data.action,
    page: data.page,
    details: data.details,
    device: data.device,
    device_category: device.category,
    browser: device.browser,
    os: device.os,
    screen: device.screen,
    duration_ms: data.time_ms,
    occurred_at: new Date(event.occurredAt),
  };
}

interface Visit {
  firstAt: number;
  lastAt: number;
  events: number;
  interactionMs: number;
  readonly pages: Map<string, number>;
}

/** Visits of a batch by session; an event whose visit is erased belongs to none. */
export function visitsOf(events: readonly Behavior[]): ReadonlyMap<string, Visit> {
  const visits = new Map<string, Visit>();
  for (const { data, occurredAt: at } of events) {
    if (data.session_id === undefined) continue;
    let visit = visits.get(data.session_id);
    if (!visit) visits.set(data.session_id, (visit = { firstAt: at, lastAt: at, events: 0, interactionMs: 0, pages: new Map() }));
    visit.firstAt = Math.min(visit.firstAt, at);
    visit.lastAt = Math.max(visit.lastAt, at);
    visit.events += 1;
    visit.interactionMs += data.time_ms ?? 0;
    if (data.page !== undefined) visit.pages.set(data.page, (visit.pages.get(data.page) ?? 0) + 1);
  }
  return visits;
}

/** Counts the pages of visits and answers how many of them are new to each visit. */
async function savePages(sql: FoldSql, visits: ReadonlyMap<string, Visit>): Promise<ReadonlyMap<string, number>> {
  const rows = [...visits].flatMap(([session, visit]) => [...visit.pages].map(([page, events]) => ({ session_id: session, page, events })));
  if (rows.length === 0) return new Map();
  const fresh = await sql.query<{ session_id: string; n: number }>(
    `with saved as (
       insert into session_pages as t (session_id, page_hash, events)
       select session_id, md5(page)::uuid as page_hash, events
       from json_to_recordset($1::json) as x(session_id text, page text, events bigint) order by session_id, page_hash
       on conflict (session_id, page_hash) do update set events = t.events + excluded.events
       returning session_id, xmax = 0 as is_new
     )
     select session_id, count(*) as n from saved where is_new group by session_id`,
    [JSON.stringify(rows)],
    'user-behavior save pages',
  );
  return new Map(fresh.map((row) => [row.session_id, row.n]));
}

export async function saveVisits(sql: FoldSql, visits: ReadonlyMap<string, Visit>): Promise<void> {
  if (visits.size === 0) return;
  const newPages = await savePages(sql, visits);
  const rows = [...visits].map(([session, visit]) => ({
    session_id: session,
    first_at: new Date(visit.firstAt),
    last_at: new Date(visit.lastAt),
    events: visit.events,
    pages: newPages.get(session) ?? 0,
    interaction_ms: visit.interactionMs,
  }));
  await sql.query(
    `insert into sessions as t (session_id, first_at, last_at, events, pages, interaction_ms)
     select x.* from json_to_recordset($1::json)
       as x(session_id text, first_at timestamptz, last_at timestamptz, events bigint, pages bigint, interaction_ms bigint)
     order by session_id
     on conflict (session_id) do update set first_at = least(t.first_at, excluded.first_at), last_at = greatest(t.last_at, excluded.last_at),
       events = t.events + excluded.events, pages = t.pages + excluded.pages, interaction_ms = t.interaction_ms + excluded.interaction_ms`,
    [JSON.stringify(rows)],
    'user-behavior save sessions',
  );
}

/** Adds the facts, numbered in the order of commits. */
export async function saveFacts(sql: FoldSql, events: readonly Behavior[]): Promise<void> {
  await sql.query(
    `with counter as (
       insert into behavior_changes as t (single, last) values (true, $2)
       on conflict (single) do update set last = t.last + excluded.last returning last - $2 as base
     )
     insert into user_behavior (event_id, session_id, user_id, action, page, details, device, device_category, browser, os, screen,
       duration_ms, occurred_at, change_no)
     select x.*, counter.base + row_number() over () from counter, json_to_recordset($1::json)
       as x(event_id uuid, session_id text, user_id text, action text, page text, details jsonb, device jsonb, device_category text,
         browser text, os text, screen text, duration_ms bigint, occurred_at timestamptz)
     on conflict (event_id) do nothing`,
    [JSON.stringify(events.map(factRow)), events.length],
    'user-behavior save facts',
  );
}
