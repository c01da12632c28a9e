import { createHash } from 'node:crypto';
import { createPool, inTransaction, migrate, sqlState, type DatabasePool, type Transaction } from '@picly/database';
import { PERSON_KEY_MIGRATIONS } from '@picly/personal-data';
import { lockPublication, publish } from './activate';
import type { MigrationClass, Projection } from './define';
import { RUNTIME_MIGRATIONS, VERSION_MIGRATIONS } from './migrations';
import { idOf, schemaOf, topicsOf } from './names';

export interface InstallOptions {
  /** Told what was done, one line each; silent when there was nothing to do. */
  readonly log?: (line: string) => void;
}

interface InstalledRow {
  readonly projection: string;
  readonly version: number;
  readonly definition: string;
  readonly active_version: number | null;
}

const MISSING = new Set(['42P01', '3F000']);
const INSTALLED = `
  select v.projection, v.version, v.definition, p.active_version
    from runtime.projection_versions v join runtime.projections p on p.name = v.projection
   where v.projection = any($1::text[])`;

/**
 * Creates or completes what the projections need: the runtime tables, a schema per version with its tables, the registry,
 * and the views `picly.<table>` of versions that become the first of their projection. A version newer than the active one is
 * built beside it; to activate it is an operator's decision. Any number of processes may do this at once; with nothing to
 * do it is one query.
 */
export async function installProjections(
  target: string | DatabasePool,
  projections: readonly Projection[],
  options: InstallOptions = {},
): Promise<void> {
  refuseConflicts(projections);
  const pool = typeof target === 'string' ? createPool({ url: target, maxConnections: 2, applicationName: 'picly install' }) : target;
  try {
    const missing = outdated(projections, await installed(pool, projections));
    if (missing.length === 0) return;
    await migrate(pool, { schema: 'runtime', migrations: [...PERSON_KEY_MIGRATIONS, ...RUNTIME_MIGRATIONS] });
    for (const projection of missing) {
      await migrate(pool, { schema: schemaOf(projection), migrations: [...VERSION_MIGRATIONS, ...projection.migrations] });
    }
    await inTransaction(pool, async (sql) => {
      await lockPublication(sql);
      for (const projection of missing) await register(sql, projection, options.log ?? (() => undefined));
    });
  } finally {
    if (pool !== target) await pool.close();
  }
}

async function installed(pool: DatabasePool, projections: readonly Projection[]): Promise<InstalledRow[]> {
  try {
    return await pool.query<InstalledRow>(INSTALLED, [projections.map(({ name }) => name)]);
  } catch (error) {
    if (MISSING.has(sqlState(error) ?? '')) return [];
    throw error;
  }
}

function outdated(projections: readonly Projection[], rows: readonly InstalledRow[]): Projection[] {
  const known = new Map(rows.map((row) => [idOf({ name: row.projection, version: row.version }), row.definition]));
  return projections.filter((projection) => known.get(idOf(projection)) !== definitionOf(projection));
}

/** Everything about a version that installing acts on. */
function definitionOf(projection: Projection): string {
  const { tables, sqlViews = [], migrations } = projection;
  const names = [...RUNTIME_MIGRATIONS, ...VERSION_MIGRATIONS, ...migrations].map((migration: MigrationClass) => migration.name);
  return createHash('sha256')
    .update(JSON.stringify([topicsOf(projection), tables, sqlViews, names]))
    .digest('hex');
}

async function register(sql: Transaction, projection: Projection, log: (line: string) => void): Promise<void> {
  const { name, version, tables, sqlViews = [] } = projection;
  const [active] = await sql.query<{ active_version: number | null }>(
    `insert into runtime.projections as p (name) values ($1) on conflict (name) do update set name = p.name returning active_version`,
    [name],
  );
  await sql.query(
    `insert into runtime.projection_versions (projection, version, schema_name, topics, tables, sql_views, definition)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (projection, version) do update
       set topics = excluded.topics, tables = excluded.tables, sql_views = excluded.sql_views, definition = excluded.definition`,
    [name, version, schemaOf(projection), topicsOf(projection), JSON.stringify(tables), sqlViews, definitionOf(projection)],
  );
  const current = active?.active_version ?? null;
  if (current === null || current === version) {
    await publish(sql, projection);
    if (current === null) log(`projection ${name}: version ${version} is active`);
  } else if (version > current) {
    log(`projection ${name}: version ${version} is built beside the active version ${current}; activate it when it has caught up`);
  } else {
    log(`projection ${name}: version ${version} is older than the active version ${current} and is not read by anybody`);
  }
}

/** Two owners of one published name would overwrite each other. */
function refuseConflicts(projections: readonly Projection[]): void {
  const owners = new Map<string, string>();
  for (const { name, tables, sqlViews = [] } of projections) {
    for (const relation of [...tables.map((table) => table.name), ...sqlViews]) {
      const owner = owners.get(relation);
      if (owner !== undefined && owner !== name) throw new Error(`picly.${relation} belongs to ${owner} and to ${name}`);
      owners.set(relation, name);
    }
  }
}
