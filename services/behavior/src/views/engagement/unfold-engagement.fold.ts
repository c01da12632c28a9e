import type { ErasedEvent, FoldSql } from '@picly/projections';
import type { PersonEvent } from './activity';

const USER = 'user:';

/** Takes away everything that is known under the names of these people, and gives visits they shared to who was seen next in them. */
export async function unfoldEngagement(erased: readonly ErasedEvent<PersonEvent['type']>[], sql: FoldSql): Promise<void> {
  const names = [...new Set(erased.map(({ rater }) => rater))].filter((rater) => rater !== '');
  if (names.length === 0) return;
  await sql.query('delete from user_activity where person = any($1::text[])', [names]);
  await sql.query('delete from people where person = any($1::text[])', [names]);
  const users = names.flatMap((name) => (name.startsWith(USER) ? [name.slice(USER.length)] : []));
  if (users.length === 0) return;
  await sql.query('delete from users where user_id = any($1::text[])', [users]);
  await sql.query('delete from session_users where person = any($1::text[])', [names]);
  const orphans = await sql.query<{ session: string }>('delete from session_owners where owner = any($1::text[]) returning session', [
    names,
  ]);
  await sql.query(
    `insert into session_owners (session, owner, seen_at)
     select distinct on (session) session, person, seen_at from session_users
      where session = any($1::text[]) order by session, seen_at, person collate "C"`,
    [orphans.map(({ session }) => session)],
  );
}
