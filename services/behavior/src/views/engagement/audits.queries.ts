import type { Audit } from '@picly/projections';

/** A row is named by the hash of its person or visit: what is kept of an audit tells nobody's name. */
const hashed = (column: string): string => `encode(runtime.person_hash(${column}), 'hex')`;

/** What must hold between quarter hours, people, visits and profiles. */
export const AUDITS: readonly Audit[] = [
  {
    name: 'people-count-every-activity',
    sql: `select ${hashed('person')} as person_hash, p.events, a.events as in_quarter_hours, p.first_at, p.last_at
            from people p
            full join (select person, sum(events) as events, min(slot) as first, max(slot) as last from user_activity group by 1) a using (person)
           where (p.events, date_bin('15 minutes', p.first_at, 'epoch'), date_bin('15 minutes', p.last_at, 'epoch'))
                 is distinct from (a.events, a.first, a.last)`,
  },
  {
    name: 'a-quarter-hour-has-an-event-of-each-kind-in-it',
    sql: `select slot, ${hashed('person')} as person_hash, kinds, events from user_activity
           where kinds < 1 or kinds > 63 or events < bit_count(kinds::int::bit(16))`,
  },
  {
    name: 'visits-belong-to-who-was-seen-in-them-first',
    sql: `select ${hashed('session')} as session_hash, o.seen_at, f.seen_at as first_seen_at
            from session_owners o
            full join (select distinct on (session) session, person, seen_at from session_users order by session, seen_at, person collate "C") f
                 using (session)
           where (o.owner, o.seen_at) is distinct from (f.person, f.seen_at)`,
  },
  {
    name: 'profiles-hold-what-was-told',
    sql: `select ${hashed(`'user:' || user_id`)} as person_hash, profiled_at, updated_at from users
           where profiled_at > updated_at or (signed_up_at is not null) <> (field_versions ? 'signed_up_at')
              or (acquisition_source is not null) <> (field_versions ? 'acquisition_source') or (plan is not null) <> (field_versions ? 'plan')
              or exists (select from jsonb_object_keys(traits) as trait where not field_versions ? ('traits.' || trait))
              or (select count(*) from jsonb_object_keys(field_versions) as field where field like 'traits.%')
                 <> (select count(*) from jsonb_object_keys(traits))`,
  },
];
