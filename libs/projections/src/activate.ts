import { setTimeout as sleep } from 'node:timers/promises';
import { inTransaction, sqlState, type DatabasePool, type Transaction } from '@picly/database';
import { bridgeColumns } from './bridge';
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
 * installed (`installProjections`). Readers see the old rows until the commit, and the new ones after it. Says nothing about whether the
 * version is as far as the one before: `switchVersion` does.
 */
export async function activateProjection(pool: DatabasePool, projection: AnyProjection): Promise<void> {
  await inTransaction(pool, async (sql) => {
    await sql.query(LOCK);
    await publish(sql, projection);
  });
}

/**
 * The same inside a transaction that holds the publication lock. With `shape` the views also have the columns (as null) and relations
 * (empty) of that version, so that readers of another release find what they ask for.
 */
export async function publish(sql: Transaction, projection: AnyProjection, shape?: AnyProjection): Promise<void> {
  const version = await publishedBy(sql, projection);
  const other = shape && (await publishedBy(sql, shape));
  await sql.query('create schema if not exists picly');
  for (const relation of [...new Set([...version.relations, ...(other?.relations ?? [])])]) {
    const definition = await bridgeColumns(sql, { schema: version.schema_name, like: other?.schema_name, relation });
    await replaceView(sql, 'picly', relation, definition);
  }
  await sql.query(
    `update runtime.projections
        set previous_version = case when active_version is distinct from $2 then active_version else previous_version end,
            active_version = $2, activated_at = now(), next_version = null
      where name = $1 and (active_version is distinct from $2 or next_version is not null)`,
    [projection.name, projection.version],
  );
}

const LOCK_NOT_AVAILABLE = '55P03';
const LOCK_MS = 50;
const ATTEMPTS = 600;

/**
 * Work on published views, in a transaction that holds the publication lock. A view that is being read is waited for only so long that
 * readers hardly queue and Postgres never ends one of them to break a deadlock; then all of it is tried again.
 */
export async function inPublication<T>(pool: DatabasePool, work: (sql: Transaction) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await inTransaction(pool, async (sql) => {
        await lockPublication(sql);
        await sql.query(`set local lock_timeout = ${LOCK_MS}`);
        return work(sql);
      });
    } catch (error) {
      if (sqlState(error) !== LOCK_NOT_AVAILABLE || attempt >= ATTEMPTS) throw error;
      await sleep(LOCK_MS * (0.5 + Math.random()));
    }
  }
}

/** Where a version's relations are; throws when it is not installed. */
export async function publishedBy(sql: Pick<Transaction, 'query'>, projection: AnyProjection): Promise<Published> {
  const [version] = await sql.query<Published>(
    `select schema_name, array(select t ->> 'name' from jsonb_array_elements(tables) t) || sql_views as relations
       from runtime.projection_versions where projection = $1 and version = $2`,
    [projection.name, projection.version],
  );
  if (!version) throw new Error(`${idOf(projection)} is not installed`);
  return version;
}

export async function lockPublication(sql: Pick<Transaction, 'query'>): Promise<void> {
  await sql.query(LOCK);
}

/** Views of other people on top of ours survive as long as the columns allow. */
export async function replaceView(sql: Pick<Transaction, 'query'>, schema: string, relation: string, definition: string): Promise<void> {
  const view = `${quoted(schema)}.${quoted(relation)}`;
  await sql.query('savepoint replace_view');
  try {
    await sql.query(`create or replace view ${view} as ${definition}`);
  } catch (error) {
    if (!CANNOT_REPLACE.has(sqlState(error) ?? '')) throw error;
    await sql.query('rollback to savepoint replace_view');
    await sql.query(`drop view ${view}`);
    await sql.query(`create view ${view} as ${definition}`);
  }
  await sql.query('release savepoint replace_view');
}
