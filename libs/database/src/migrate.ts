import { Client } from 'pg';
import type { DataSource, MigrationInterface } from 'typeorm';
import { sqlState } from './errors';
import { connectionSettings, sqlOn, type DatabasePool, type Sql } from './pool';

/** A TypeORM migration class; its name ends in a 13-digit timestamp, unqualified table names go to the schema. */
export type MigrationClass = new () => MigrationInterface;

export interface MigrateOptions {
  /** Made when absent. Holds the tables and the list of the migrations that ran. */
  readonly schema: string;
  readonly migrations: readonly MigrationClass[];
  /** Told the names of the migrations that ran. */
  readonly log?: (line: string) => void;
}

const MIGRATIONS_TABLE = 'migrations';
const NO_SUCH_TABLE = '42P01';
const NO_SUCH_SCHEMA = '3F000';

/**
 * Bring a schema up to date. Several processes may do so at once: one works, the others wait. With nothing to do it
 * costs one query (TypeORM is not even loaded). A URL gets a connection of its own.
 */
export async function migrate(target: string | DatabasePool | DataSource, options: MigrateOptions): Promise<void> {
  if (typeof target === 'string') return withClient(target, (sql) => migrateVia(sql, target, options));
  if ('url' in target) return migrateVia(target, target.url, options);
  const { url } = target.options as { url?: string };
  if (!url) throw new TypeError('migrate needs a data source that was opened by URL');
  return migrateVia({ query: (text, values) => target.query(text, values ? [...values] : undefined) }, url, options);
}

async function migrateVia(sql: Sql, url: string, options: MigrateOptions): Promise<void> {
  if ((await pending(sql, options)).length === 0) return;
  await withClient(url, async (session) => {
    await session.query('select pg_advisory_lock(hashtext($1), hashtext($2))', ['picly.migrate', options.schema]);
    if ((await pending(session, options)).length === 0) return;
    await session.query(`create schema if not exists "${options.schema}"`);
    await run(url, options);
  });
}

async function pending(sql: Sql, { schema, migrations }: MigrateOptions): Promise<string[]> {
  const done = new Set(await applied(sql, schema));
  return migrations.map(nameOf).filter((name) => !done.has(name));
}

async function applied(sql: Sql, schema: string): Promise<string[]> {
  try {
    const rows = await sql.query<{ name: string }>(`select name from "${schema}"."${MIGRATIONS_TABLE}"`);
    return rows.map((row) => row.name);
  } catch (error) {
    const state = sqlState(error);
    if (state === NO_SUCH_TABLE || state === NO_SUCH_SCHEMA) return [];
    throw error;
  }
}

function nameOf(migration: MigrationClass): string {
  return new migration().name ?? migration.name;
}

async function run(url: string, { schema, migrations, log }: MigrateOptions): Promise<void> {
  const { DataSource } = await import('typeorm');
  const { connectionString: _, ...extra } = connectionSettings({
    url,
    applicationName: 'picly migrate',
    statementTimeoutMs: 0,
    idleInTransactionTimeoutMs: 0,
    searchPath: [schema, 'public'],
  });
  const source = await new DataSource({
    type: 'postgres',
    url,
    schema,
    poolSize: 2,
    extra,
    installExtensions: false,
    migrations: [...migrations],
    migrationsTableName: MIGRATIONS_TABLE,
    migrationsTransactionMode: 'each',
  }).initialize();
  try {
    const ran = await source.runMigrations();
    if (ran.length > 0) log?.(`schema ${schema}: ${ran.map((migration) => migration.name).join(', ')}`);
  } finally {
    await source.destroy();
  }
}

async function withClient<T>(url: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const client = new Client(connectionSettings({ url, applicationName: 'picly migrate', statementTimeoutMs: 0 }));
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(sqlOn(client));
  } finally {
    await client.end().catch(() => undefined);
  }
}
