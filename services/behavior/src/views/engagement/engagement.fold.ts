import type { FoldSql } from '@picly/projections';
import type { DecodedEvent } from '@picly/contracts';
import type { ActivityNews } from './activity';
import { PROFILE_FIELDS, UNKNOWN, withReport, type Profile } from './profile';

const rowsOf = (rows: readonly object[]): [string] => [JSON.stringify(rows)];
const instant = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());

/** Adds activity: bits are or-ed, counts add, first and last widen. All of it commutes. */
export async function saveActivity(sql: FoldSql, { slots, people, owners, seen }: ActivityNews): Promise<void> {
  if (slots.length === 0) return;
  const saved = sql.query(
    `insert into user_activity as t (slot, person, kinds, events)
     select x.* from json_to_recordset($1::json) as x(slot timestamptz, person text, kinds smallint, events bigint) order by slot, person
     on conflict (slot, person) do update set kinds = t.kinds | excluded.kinds, events = t.events + excluded.events`,
    rowsOf(slots.map((each) => ({ ...each, slot: instant(each.slot) }))),
    'engagement save activity',
  );
  const met = sql.query(
    `insert into people as t (person, first_at, last_at, events)
     select x.* from json_to_recordset($1::json) as x(person text, first_at timestamptz, last_at timestamptz, events bigint) order by person
     on conflict (person) do update set first_at = least(t.first_at, excluded.first_at), last_at = greatest(t.last_at, excluded.last_at),
       events = t.events + excluded.events`,
    rowsOf(
      people.map((each) => ({ person: each.person, first_at: instant(each.firstAt), last_at: instant(each.lastAt), events: each.events })),
    ),
    'engagement save people',
  );
  await Promise.all([saved, met, owners.length > 0 && saveOwners(sql, owners, seen)]);
}

async function saveOwners(sql: FoldSql, owners: ActivityNews['owners'], seen: ActivityNews['seen']): Promise<void> {
  const known = sql.query(
    `insert into session_users as t (session, person, seen_at)
     select x.* from json_to_recordset($1::json) as x(session text, person text, seen_at timestamptz) order by session, person
     on conflict (session, person) do update set seen_at = excluded.seen_at where excluded.seen_at < t.seen_at`,
    rowsOf(seen.map((each) => ({ session: each.session, person: each.owner, seen_at: instant(each.seenAt) }))),
    'engagement save users of visits',
  );
  const owned = sql.query(
    `insert into session_owners as t (session, owner, seen_at)
     select x.* from json_to_recordset($1::json) as x(session text, owner text, seen_at timestamptz) order by session
     on conflict (session) do update set owner = excluded.owner, seen_at = excluded.seen_at
     where excluded.seen_at < t.seen_at or (excluded.seen_at = t.seen_at and excluded.owner collate "C" < t.owner collate "C")`,
    rowsOf(owners.map((each) => ({ session: each.session, owner: each.owner, seen_at: instant(each.seenAt) }))),
    'engagement save owners',
  );
  await Promise.all([known, owned]);
}

interface StoredUser {
  readonly user_id: string;
  readonly signed_up_at: Date | null;
  readonly acquisition_source: string | null;
  readonly plan: string | null;
  readonly traits: Record<string, unknown>;
  readonly profiled_at: Date | null;
  readonly updated_at: Date | null;
  readonly field_versions: Record<string, [number, number]>;
}

function profileOf(row: StoredUser): Profile {
  const { signed_up_at: signedUpAt, acquisition_source: source, plan, profiled_at: first, updated_at: last } = row;
  return {
    fields: {
      ...(signedUpAt && { signed_up_at: signedUpAt.toISOString() }),
      ...(source !== null && { acquisition_source: source }),
      ...(plan !== null && { plan }),
    },
    traits: row.traits,
    versions: row.field_versions,
    ...(first && { firstAt: first.getTime() }),
    ...(last && { lastAt: last.getTime() }),
  };
}

/** Locks the users, so that reports on other partitions wait, and reads what is known of them. */
async function lockUsers(sql: FoldSql, userIds: readonly string[]): Promise<Map<string, Profile>> {
  await sql.query(
    'insert into users (user_id) select id from unnest($1::text[]) as id order by id on conflict do nothing',
    [userIds],
    'engagement insert users',
  );
  const rows = await sql.query<StoredUser>(
    'select * from users where user_id = any($1::text[]) order by user_id for update',
    [userIds],
    'engagement lock users',
  );
  return new Map(rows.map((row) => [row.user_id, profileOf(row)]));
}

const userRow = ([userId, profile]: [string, Profile]): Record<string, unknown> => ({
  user_id: userId,
  ...Object.fromEntries(PROFILE_FIELDS.map((name) => [name, profile.fields[name]])),
  traits: profile.traits,
  profiled_at: instant(profile.firstAt),
  updated_at: instant(profile.lastAt),
  field_versions: profile.versions,
});

/** Folds profiles field by field: of each field the value told last stands. */
export async function saveProfiles(sql: FoldSql, events: readonly DecodedEvent<'user-profiled'>[]): Promise<void> {
  const named = events.flatMap((event) => (event.data.user_id === undefined ? [] : [{ userId: event.data.user_id, event }]));
  if (named.length === 0) return;
  const users = await lockUsers(sql, [...new Set(named.map(({ userId }) => userId))]);
  for (const { userId, event } of named) users.set(userId, withReport(users.get(userId) ?? UNKNOWN, event));
  await sql.query(
    `update users u set signed_up_at = x.signed_up_at, acquisition_source = x.acquisition_source, plan = x.plan, traits = x.traits,
       profiled_at = x.profiled_at, updated_at = x.updated_at, field_versions = x.field_versions
     from json_to_recordset($1::json) as x(user_id text, signed_up_at timestamptz, acquisition_source text, plan text, traits jsonb,
       profiled_at timestamptz, updated_at timestamptz, field_versions jsonb)
     where u.user_id = x.user_id`,
    rowsOf([...users].map(userRow)),
    'engagement update users',
  );
}
