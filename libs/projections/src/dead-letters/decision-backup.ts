import { inTransaction, type DatabasePool } from '@picly/database';

/** What was decided about events, for a backup: a fold of the restored log heeds it as the first one did. */
export async function backUpDecisions(pool: DatabasePool): Promise<readonly object[]> {
  const rows = await pool.query<{ row: string }>(
    `select row_to_json(h)::text as row from runtime.dead_letter_history h where action <> 'replay' order by id`,
  );
  return rows.map(({ row }) => JSON.parse(row) as object);
}

/** Puts decisions back, as they were; those that are there already stay. */
export async function restoreDecisions(pool: DatabasePool, decisions: readonly object[]): Promise<void> {
  await inTransaction(pool, async (sql) => {
    for (const decision of decisions) {
      await sql.query(
        `insert into runtime.dead_letter_history overriding system value
         select (json_populate_record(null::runtime.dead_letter_history, $1::json)).* on conflict do nothing`,
        [JSON.stringify(decision)],
      );
    }
    await sql.query(
      `select setval(pg_get_serial_sequence('runtime.dead_letter_history', 'id'), greatest(1, (select max(id) from runtime.dead_letter_history)))`,
    );
  });
}
