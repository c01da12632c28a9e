import type { DatabasePool } from '@picly/database';

/** The key of a person on its way into a backup: whoever has it can read what the person's events say. */
export interface BackedUpKey {
  readonly subject: string;
  readonly ref: string;
  /** Base64. */
  readonly key: string;
}

const PAGE = 5_000;

/** All keys there are, in portions. Made before the events that need them: a copy of the log taken before is readable with them. */
export async function* backUpKeys(pool: DatabasePool): AsyncGenerator<readonly BackedUpKey[]> {
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    const rows = await pool.query<BackedUpKey>(
      `select subject, ref::text, encode(key, 'base64') as key from runtime.person_keys where ref > $1 order by ref limit ${PAGE}`,
      [after],
    );
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    after = last.ref;
  }
}

/** Puts keys back; those of persons who are erased here stay away. Answers how many came. */
export async function restoreKeys(pool: DatabasePool, keys: readonly BackedUpKey[]): Promise<number> {
  const rows = await pool.query(
    `insert into runtime.person_keys (subject, ref, key)
     select g.subject, g.ref, decode(g.key, 'base64') from unnest($1::text[], $2::uuid[], $3::text[]) as g(subject, ref, key)
      where not exists (select from runtime.erased_refs e where e.ref = g.ref)
        and not exists (select from runtime.erased_subjects s where s.hash = runtime.person_hash(g.subject))
      order by g.subject
     on conflict do nothing returning 1`,
    [keys.map(({ subject }) => subject), keys.map(({ ref }) => ref), keys.map(({ key }) => key)],
  );
  return rows.length;
}
