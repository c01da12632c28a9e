import { createHash } from 'node:crypto';
import { inTransaction, migrate, type DatabasePool, type Sql, type Transaction } from '@picly/database';
import { lockPublication } from './activate';
import type { MigrationClass, Projection } from './define';
import { VERSION_MIGRATIONS } from './migrations';
import { quoted, schemaOf, topicsOf, type AnyProjection } from './names';

/** `building`: only the rebuild folds it; `live`: runners fold it, whether readers see it or not; `side`: it stays as it is. */
export type VersionState = 'building' | 'live' | 'side';

/** A version as it was built: `version` numbers the building, `code_version` the description it was built by. */
export interface InstalledVersion {
  readonly projection: string;
  readonly version: number;
  readonly code_version: number;
  readonly definition: string;
  readonly schema_name: string;
  readonly state: VersionState;
  /** The name of a side copy. */
  readonly label: string | null;
  /** Readers see it. */
  readonly active: boolean;
  readonly installed_at: Date;
}

const INSTALLED = `
  select v.projection, v.version, v.code_version, v.definition, v.schema_name, v.state, v.label, v.version = p.active_version as active,
         v.installed_at
    from runtime.projection_versions v join runtime.projections p on p.name = v.projection
   where $1::text[] is null or v.projection = any($1)
   order by v.projection, v.version`;

/**
 * Every version there is, of these projections or of all: the active one, kept ones, those being built, side copies. Whoever has to
 * change rows of all of them (erasure) goes by this list: each has its tables in `schema_name`.
 */
export async function installedVersions(sql: Sql, names?: readonly string[]): Promise<InstalledVersion[]> {
  return sql.query<InstalledVersion>(INSTALLED, [names ?? null], 'versions_installed');
}

/** A description as one that was built: tables, checkpoints and statements go by the number of the building. */
export const numbered = (projection: Projection, version: number): Projection =>
  projection.version === version ? projection : { ...projection, version };

/** Everything of a description that its tables come from. The rule itself is told by the version alone. */
export function definitionOf(projection: Projection): string {
  const { tables, sqlViews = [], migrations } = projection;
  const keys = tables.map(({ name, key }) => [name, key]);
  const names = migrations.map((migration: MigrationClass) => migration.name);
  return createHash('sha256')
    .update(JSON.stringify([topicsOf(projection), keys, sqlViews, names]))
    .digest('hex');
}

export const isBuiltBy = (version: Pick<InstalledVersion, 'projection' | 'code_version' | 'definition'>, projection: Projection): boolean =>
  version.projection === projection.name && version.code_version === projection.version && version.definition === definitionOf(projection);

/** What a process with this code folds: every live version that was built by one of its descriptions. */
export function foldable(installed: readonly InstalledVersion[], code: readonly Projection[]): Projection[] {
  return installed.flatMap((version) => {
    if (version.state !== 'live') return [];
    const description = code.find((projection) => isBuiltBy(version, projection));
    return description ? [numbered(description, version.version)] : [];
  });
}

/** The same, read from the registry. */
export async function liveProjections(sql: Sql, code: readonly Projection[]): Promise<Projection[]> {
  return foldable(await installedVersions(sql, [...new Set(code.map(({ name }) => name))]), code);
}

/** The number of the next version: a first one has that of its description, later ones go on from the highest there ever was. */
export async function nextVersion(sql: Sql, projection: AnyProjection): Promise<number> {
  const [row] = await sql.query<{ next: number }>(
    `select greatest($2::int, 1 + coalesce(max(version), 0))::int as next from (
       select version from runtime.projection_versions where projection = $1
       union all select version from runtime.projection_jobs where projection = $1) known`,
    [projection.name, projection.version],
  );
  return row?.next ?? projection.version;
}

export interface NewVersion {
  readonly version: number;
  readonly state: VersionState;
  readonly label?: string;
}

/** Notes a version in the registry, inside a transaction that holds the publication lock. Its tables come from `createTables`. */
export async function registerVersion(sql: Transaction, projection: Projection, { version, state, label }: NewVersion): Promise<void> {
  const { name, tables, sqlViews = [] } = projection;
  const schema = schemaOf({ name, version });
  await sql.query('insert into runtime.projections (name) values ($1) on conflict do nothing', [name]);
  await sql.query(
    `insert into runtime.projection_versions
       (projection, version, schema_name, topics, tables, sql_views, definition, code_version, state, label)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (projection, version) do nothing`,
    [
      name,
      version,
      schema,
      topicsOf(projection),
      JSON.stringify(tables),
      sqlViews,
      definitionOf(projection),
      projection.version,
      state,
      label ?? null,
    ],
  );
}

/** Makes or completes the tables of a version; with nothing to do it is one query. */
export async function createTables(pool: DatabasePool, projection: Projection, version: number): Promise<void> {
  await migrate(pool, {
    schema: schemaOf({ name: projection.name, version }),
    migrations: [...VERSION_MIGRATIONS, ...projection.migrations],
  });
}

/** Takes a version away for good: tables, positions, dead letters. Waits for a batch that is being folded into it. */
export async function removeVersion(pool: DatabasePool, { name, version }: AnyProjection): Promise<void> {
  await inTransaction(pool, async (sql) => {
    await lockPublication(sql);
    await removeWithin(sql, { name, version });
  });
}

/** Positions first: a fold under way holds them before it touches a table. */
export async function removeWithin(sql: Transaction, { name, version }: AnyProjection): Promise<void> {
  await sql.query('select from runtime.checkpoints where projection = $1 and version = $2 for update', [name, version]);
  await sql.query('delete from runtime.dead_letters where projection = $1 and version = $2', [name, version]);
  const rows = await sql.query<{ label: string | null }>(
    'delete from runtime.projection_versions where projection = $1 and version = $2 returning label',
    [name, version],
  );
  const label = rows[0]?.label;
  if (label) await sql.query(`drop schema if exists ${quoted(sideSchemaOf(label))} cascade`);
  await sql.query(`drop schema if exists ${quoted(schemaOf({ name, version }))} cascade`);
}

/** Where the views of a side copy are. */
export const sideSchemaOf = (label: string): string => `picly_${label.replaceAll('-', '_')}`;
