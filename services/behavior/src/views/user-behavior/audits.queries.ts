import type { Audit } from '@picly/projections';

/** What must hold between the interactions and their visits. Samples name no person: only counts. */
export const AUDITS: readonly Audit[] = [
  {
    name: 'visits-count-every-interaction',
    sql: `select f.events as facts, s.events as in_sessions, f.sessions, s.sessions as sessions_kept
            from (select count(*) as events, count(distinct session_id) as sessions from user_behavior where session_id is not null) f,
                 (select coalesce(sum(events), 0) as events, count(*) as sessions from sessions) s
           where (f.events, f.sessions) is distinct from (s.events, s.sessions)`,
  },
  {
    name: 'pages-of-a-visit-are-counted-once',
    sql: `select s.pages as in_sessions, p.pages
            from (select coalesce(sum(pages), 0) as pages from sessions) s, (select count(*) as pages from session_pages where events > 0) p
           where s.pages <> p.pages`,
  },
];
