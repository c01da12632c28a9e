import { inTransaction, sqlState, type DatabasePool, type Transaction } from '@picly/database';
import { idOf, quoted, type AnyProjection } from './names';

interface Published {
  readonly schema_name: string;
  readonly relations: readonly string[];
}

const CANNOT_REPLACE = new Set(['42P16', '42809']);

/** One publication at a time over all processes: views of the same name must not be made twice at once. */
const LOCK = `select pg_advisory_xact_lock(hashtext('picly.publish'))`;

/**
 * Make readers see this version: `picly.<table>` for every table and view of it, in one transaction. The version must be
 * installed (`installProjections`). Readers see the old rows until the commit, and the new ones after it.
 */
export async function activateProjection(pool: DatabasePool, projection: AnyProjection): Promise<void> {
  await inTransaction(pool, async (sql) => {
    await sql.query(LOCK);
    await publish(sql, projection);
  });
}

/** The same inside a transaction that holds the publication lock. */
export async function publish(sql: Transaction, projection: AnyProjection): Promise<void> {
  const [version] = await sql.query<Published>(
    `select schema_name, array(select t ->> 'name' from jsonb_array_elements(tables) t) || sql_views as relations
       from runtime.projection_versions where projection = $1 and version = $2`,
    [projection.name, projection.version],
  );
  if (!version) throw new Error(`${idOf(projection)} is not installed`);
  await sql.query('create schema if not exists picly');
  for (const relation of version.relations) await replaceView(sql, version.schema_name, relation);
  await sql.query(
    `update runtime.projections set active_version = $2, activated_at = now()
      where name = $1 and active_version is distinct from $2`,
    [projection.name, projection.version],
  );
}

export async function lockPublication(sql: Transaction): Promise<void> {
  await sql.query(LOCK);
}

/** Views of other people on top of ours survive as long as the columns allow. */
async function replaceView(sql: Transaction, schema: string, relation: string): Promise<void> {
  const view = `picly.${quoted(relation)}`;
  const definition = `as select * from ${quoted(schema)}.${quoted(relation)}`;
  await sql.query('savepoint replace_view');
  try {
    await sql.query(`create or replace view ${view} ${definition}`);
  } catch (error) {
    if (!CANNOT_REPLACE.has(sqlState(error) ?? '')) throw error;
    await sql.query('rollback to savepoint replace_view');
    await sql.query(`drop view ${view}`);
    await sql.query(`create view ${view} ${definition}`);
  }
  await sql.query('release savepoint replace_view');
}
