import type { Audit } from '@picly/projections';

/** A visit is named by its hash: what is kept of an audit tells nobody's name. */
const VISIT = `encode(runtime.person_hash('session:' || session_id), 'hex') as session_hash`;

/** What must hold between the interactions and their visits. */
export const AUDITS: readonly Audit[] = [
  {
    name: 'visits-count-every-interaction',
    sql: `select ${VISIT}, s.events, f.events as facts, s.first_at, s.last_at, s.interaction_ms, f.duration_ms as of_facts_ms
            from sessions s
            full join (select session_id, count(*) as events, min(occurred_at) as first_at, max(occurred_at) as last_at,
                              coalesce(sum(duration_ms), 0) as duration_ms
                         from user_behavior where session_id is not null group by 1) f using (session_id)
           where (s.events, s.first_at, s.last_at, s.interaction_ms) is distinct from (f.events, f.first_at, f.last_at, f.duration_ms)`,
  },
  {
    name: 'pages-of-a-visit-are-counted-once',
    sql: `select ${VISIT}, s.pages, p.pages as of_pages
            from (select session_id, pages from sessions where pages <> 0) s
            full join (select session_id, count(*) as pages from session_pages where events > 0 group by 1) p using (session_id)
           where s.pages is distinct from p.pages`,
  },
  {
    name: 'pages-count-every-interaction-on-them',
    sql: `select ${VISIT}, page_hash, p.events, f.events as facts
            from session_pages p
            full join (select session_id, md5(page)::uuid as page_hash, count(*) as events
                         from user_behavior where session_id is not null and page is not null group by 1, 2) f using (session_id, page_hash)
           where p.events is distinct from f.events`,
  },
];
