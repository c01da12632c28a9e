import type { Sql } from '@picly/database';

export interface EngagementRange {
  /** Half open; the days of `timeZone` that it touches are answered whole. */
  readonly from: Date;
  readonly to: Date;
  readonly timeZone: string;
}

export interface EngagementDay {
  readonly day: string;
  readonly active_users: number;
  /** People active in the 7 days that end with this one. */
  readonly wau: number;
  /** People active in the 30 days that end with this one. */
  readonly mau: number;
  /** Visits that began in the day. */
  readonly sessions: number;
  /** Mean seconds from the first to the last event of these visits. */
  readonly avg_session_time: number | null;
  readonly events: number;
  /** Users who signed up in the day, or were first seen in it where no date of signing up is told. */
  readonly new_users: number;
}

/**
 * A person active on days d1 < d2 < ... counts in a window of w days on each day from d to d + w - 1, so each day adds one, and
 * takes it away w days later or at the next active day, whichever comes first: counting distinct people becomes a running sum.
 */
const DAILY = `
with asked as materialized (
  select first, last, (first - 29)::timestamp at time zone $3 as window_at, first::timestamp at time zone $3 as from_at,
    (last + 1)::timestamp at time zone $3 as to_at
  from (select ($1::timestamptz at time zone $3)::date as first, (($2::timestamptz - interval '1 millisecond') at time zone $3)::date as last) days
), active as (
  select distinct (a.slot at time zone $3)::date as day, coalesce(o.owner, a.person) as person
  from asked join picly.user_activity a on a.slot >= window_at and a.slot < to_at left join picly.session_owners o on o.session = a.person
), spans as (
  select day, lead(day) over (partition by person order by day) as next from active
), marks as (
  select day, w, 1 as n from spans cross join unnest(array[1, 7, 30]) as w
  union all
  select least(coalesce(next, day + w), day + w), w, -1 from spans cross join unnest(array[1, 7, 30]) as w
), counted as (
  select d::date as day,
    coalesce(sum(n) filter (where w = 1), 0) as dau, coalesce(sum(n) filter (where w = 7), 0) as wau, coalesce(sum(n) filter (where w = 30), 0) as mau
  from asked cross join generate_series((first - 29)::timestamp, last::timestamp, interval '1 day') as d left join marks on marks.day = d::date
  group by d
), running as (
  select day, (sum(dau) over w)::bigint as active_users, (sum(wau) over w)::bigint as wau, (sum(mau) over w)::bigint as mau
  from counted window w as (order by day)
), happened as (
  select (slot at time zone $3)::date as day, sum(events)::bigint as events
  from asked join picly.user_activity on slot >= from_at and slot < to_at group by 1
), visits as (
  select (first_at at time zone $3)::date as day, count(*) as sessions, avg(duration_ms)::float8 / 1000 as avg_session_time
  from asked join picly.sessions on first_at >= from_at and first_at < to_at group by 1
), joined as (
  select (coalesce(u.signed_up_at, p.first_at, u.profiled_at) at time zone $3)::date as day, count(*) as new_users
  from (select substr(person, 6) as user_id, first_at from picly.people where starts_with(person, 'user:')) p
    full join picly.users u using (user_id)
  group by 1
)
select r.day, r.active_users, r.wau, r.mau, coalesce(v.sessions, 0) as sessions, v.avg_session_time,
  coalesce(h.events, 0) as events, coalesce(j.new_users, 0) as new_users
from asked join running r on r.day >= first left join happened h using (day) left join visits v using (day) left join joined j using (day)
order by r.day`;

/** Active people by day, week and month, visits and newcomers. */
export class EngagementQueries {
  constructor(private readonly sql: Sql) {}

  async daily({ from, to, timeZone }: EngagementRange): Promise<EngagementDay[]> {
    return this.sql.query<EngagementDay>(DAILY, [from, to, timeZone], 'engagement daily');
  }
}
