import { inTransaction, type DatabasePool, type Transaction } from '@picly/database';
import { sealedRefOf } from './scan-log';
import { cleanStorage } from './storage';

/** A name got a key again although it was erased: a statement that began before the erasure was known ended after it. */
async function isRevived(sql: Transaction, erasure: string): Promise<boolean> {
  const revived = await sql.query(
    'select from runtime.person_keys k join runtime.erasure_names n on n.name = k.subject where n.erasure = $1 limit 1',
    [erasure],
  );
  return revived.length > 0;
}

const COUNT = `
  update runtime.erasures e set receipt = jsonb_build_object(
    'subjects', (select jsonb_build_object(
        'users', count(*) filter (where name like 'user:%'),
        'visits', count(*) filter (where name like 'session:%'),
        'generations', count(*) filter (where name like 'generation:%')) from runtime.erasure_names where erasure = e.id),
    'keys_destroyed', coalesce((receipt ->> 'keys_destroyed')::int, 0)
        + (select count(*) from runtime.erasure_names where erasure = e.id and ref is not null),
    'events', coalesce((receipt ->> 'events')::int, 0) + (select count(*) from runtime.erasure_records where erasure = e.id),
    'dead_letters', $2::int)
  where id = $1`;

/** Dead letters keep their bytes, which nobody can read any more: replayed, they fold without the person. */
async function deadLettersOf(sql: Transaction, erasure: string): Promise<number> {
  const names = await sql.query<{ ref: string }>('select ref from runtime.erasure_names where erasure = $1 and ref is not null', [erasure]);
  const refs = new Set(names.map(({ ref }) => ref));
  const letters = await sql.query<{ value: Buffer }>('select value from runtime.dead_letters');
  return letters.filter(({ value }) => refs.has(sealedRefOf(value) ?? '')).length;
}

/** What else is kept under the hash of a name: when they were asked for ratings. */
const ASKS = `
  delete from runtime.asks a using runtime.erasure_names n where n.erasure = $1 and a.person = runtime.person_hash(n.name)`;

async function forget(sql: Transaction, erasure: string): Promise<void> {
  // Rows shown as examples may be theirs; the figures about them stay.
  await sql.query('delete from runtime.projection_differences');
  await sql.query(`update runtime.projection_audits set sample = '[]' where sample <> '[]'`);
  const [asks] = await sql.query<{ there: boolean }>(`select to_regclass('runtime.asks') is not null as there`);
  if (asks?.there) await sql.query(ASKS, [erasure]);
  for (const table of ['erasure_records', 'erasure_fences', 'erasure_parked', 'erasure_names']) {
    await sql.query(`delete from runtime.${table} where erasure = $1`, [erasure]);
  }
}

/** Once every version is clean: counts for the receipt, and forgets the names. Answers false when some version is still to be cleaned. */
export async function concludeCleaning(pool: DatabasePool, erasure: string): Promise<boolean> {
  return inTransaction(pool, async (sql) => {
    const [row] = await sql.query<{ state: string }>('select state from runtime.erasures where id = $1 for update', [erasure]);
    if (row?.state !== 'cleaning') return row?.state === 'settling';
    const open = await sql.query('select from runtime.erasure_parts where erasure = $1 and outcome is null limit 1', [erasure]);
    if (open.length > 0) return false;
    await sql.query(COUNT, [erasure, await deadLettersOf(sql, erasure)]);
    if (await isRevived(sql, erasure)) {
      // Once more, for the new keys alone: what the old ones had sealed is clean.
      await sql.query('delete from runtime.erasure_records where erasure = $1', [erasure]);
      await sql.query('delete from runtime.erasure_parts where erasure = $1', [erasure]);
      await sql.query('update runtime.erasure_names set ref = null where erasure = $1', [erasure]);
      await sql.query(`update runtime.erasures set state = 'destroying' where id = $1`, [erasure]);
      return true;
    }
    await forget(sql, erasure);
    await sql.query(`update runtime.erasures set state = 'settling' where id = $1`, [erasure]);
    return true;
  });
}

export interface SettleOptions {
  readonly pool: DatabasePool;
  /** No other process uses the database server. */
  readonly sole?: boolean;
}

/** Removes what deleted rows left in files, once for all the erasures, and closes their receipts. */
export async function settleStorage({ pool, sole = false }: SettleOptions, erasures: readonly string[]): Promise<void> {
  const [row] = await pool.query<{ scrub: boolean }>('select bool_or(scrub) as scrub from runtime.erasures where id = any($1::uuid[])', [
    erasures,
  ]);
  // Also those that were not touched now: what a fold once took out of them is in their files too. Ids of events name nobody.
  const tables = await pool.query<{ name: string }>(
    `select distinct v.schema_name || '.' || c.relname as name
       from runtime.erasure_parts p
       join runtime.projection_versions v on v.projection = p.projection and v.version = p.version
       join pg_class c on c.relnamespace = to_regnamespace(v.schema_name) and c.relkind = 'r' and c.relname <> 'processed_events'
      where p.erasure = any($1::uuid[]) and p.outcome = 'refolded'`,
    [erasures],
  );
  const note = await cleanStorage(pool, { tables: tables.map(({ name }) => name), scrub: row?.scrub ?? false, sole });
  await pool.query(
    `update runtime.erasures set state = 'done', finished_at = now(), last_error = null, owner = null, lease_until = null,
       receipt = receipt || jsonb_build_object('storage', $2::jsonb)
     where id = any($1::uuid[]) and state = 'settling'`,
    [erasures, JSON.stringify(note)],
  );
}
