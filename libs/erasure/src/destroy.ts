import { inTransaction, type DatabasePool, type Transaction } from '@picly/database';

/**
 * Destroys the keys, and in the same transaction notes how far each version has folded and that nothing decoded before may be
 * folded any more. So every event below the note was folded with its personal fields, and every one above it is folded without.
 */
export async function destroyKeys(pool: DatabasePool, erasure: string): Promise<void> {
  await inTransaction(pool, async (sql) => {
    const [row] = await sql.query<{ state: string }>('select state from runtime.erasures where id = $1 for update', [erasure]);
    if (row?.state !== 'destroying') return;
    // Waits for the folds under way; in the order in which everybody claims.
    await sql.query('select from runtime.checkpoints order by projection collate "C", version, topic collate "C", partition for update');
    const keysAsOf = await destroy(sql, erasure);
    await sql.query('update runtime.checkpoints set keys_as_of = $1', [keysAsOf]);
    // A second round (a key that was made behind our back) moves the fence on for what it finds.
    await sql.query('delete from runtime.erasure_fences where erasure = $1', [erasure]);
    await sql.query('delete from runtime.erasure_parked where erasure = $1', [erasure]);
    await sql.query(
      `insert into runtime.erasure_fences (erasure, projection, version, topic, partition, next_offset)
       select $1, projection, version, topic, partition, next_offset from runtime.checkpoints`,
      [erasure],
    );
    await sql.query(
      `insert into runtime.erasure_parked (erasure, projection, version, topic, partition, "offset")
       select $1, projection, version, topic, partition, "offset" from runtime.dead_letters`,
      [erasure],
    );
    await sql.query(`update runtime.erasures set state = 'listing', keys_as_of = $2 where id = $1`, [erasure, keysAsOf]);
  });
}

async function destroy(sql: Transaction, erasure: string): Promise<number> {
  await sql.query(
    `with gone as (
       delete from runtime.person_keys k using runtime.erasure_names n
        where n.erasure = $1 and n.name = k.subject returning k.subject, k.ref
     ), noted as (
       insert into runtime.erased_refs (ref) select ref from gone on conflict do nothing
     )
     update runtime.erasure_names n set ref = gone.ref from gone where n.erasure = $1 and n.name = gone.subject`,
    [erasure],
  );
  const [row] = await sql.query<{ times: number }>('update runtime.person_keys_destroyed set times = times + 1 returning times');
  if (!row) throw new Error('runtime.person_keys_destroyed has lost its row');
  return row.times;
}
