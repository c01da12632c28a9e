import type { Sql } from '@picly/database';
import type { TableSpec } from './define';
import { quoted } from './names';

export interface TableDigest {
  readonly table: string;
  readonly rows: number;
  /** MD5 over the rows in the order of their key, without the `except` columns; equal for equal tables on any server. */
  readonly digest: string;
}

interface Column {
  readonly name: string;
  readonly type: string;
}

const COLUMNS = `
  select a.attname as name, format_type(a.atttypid, null) as type
    from pg_attribute a
   where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped
   order by a.attname collate "C"`;

/** Digests of a version's tables, computed in the database. `sql` should be a snapshot when writers are at work. */
export async function digestTables(sql: Sql, schema: string, tables: readonly TableSpec[]): Promise<TableDigest[]> {
  const digests: TableDigest[] = [];
  for (const table of tables) {
    const columns = await columnsOf(sql, schema, table);
    const [row] = await sql.query<{ rows: number; digest: string }>(
      `select count(*) as rows, md5(coalesce(string_agg(row_digest, '' order by ${orderBy(columns, table)}), '')) as digest
         from (select *, md5(${rowText(columns, table)}) as row_digest from ${quoted(schema)}.${quoted(table.name)}) t`,
    );
    digests.push({ table: table.name, rows: row?.rows ?? 0, digest: row?.digest ?? '' });
  }
  return digests;
}

/** The rows themselves, in the order of their key, without the `except` columns: what the digest is made of. */
export async function tableRows(sql: Sql, schema: string, table: TableSpec): Promise<Record<string, unknown>[]> {
  const columns = await columnsOf(sql, schema, table);
  const names = compared(columns, table).map(({ name }) => quoted(name));
  return sql.query(`select ${names.join(', ')} from ${quoted(schema)}.${quoted(table.name)} order by ${orderBy(columns, table)}`);
}

async function columnsOf(sql: Sql, schema: string, table: TableSpec): Promise<Column[]> {
  const columns = await sql.query<Column>(COLUMNS, [`${quoted(schema)}.${quoted(table.name)}`]);
  const known = new Set(columns.map(({ name }) => name));
  const unknown = [...table.key, ...(table.except ?? [])].find((name) => !known.has(name));
  if (unknown !== undefined) throw new Error(`table ${table.name} has no column ${unknown}`);
  return columns;
}

const compared = (columns: readonly Column[], { except = [] }: TableSpec): Column[] => columns.filter(({ name }) => !except.includes(name));

/** Independent of the session: instants in UTC, text by code point. */
function textOf({ name, type }: Column): string {
  return type === 'timestamp with time zone' ? `(${quoted(name)} at time zone 'UTC')` : quoted(name);
}

const rowText = (columns: readonly Column[], table: TableSpec): string => `row(${compared(columns, table).map(textOf).join(', ')})::text`;

const COLLATABLE = new Set(['text', 'character varying', 'character', 'name']);

function orderBy(columns: readonly Column[], { key }: TableSpec): string {
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  return key.map((name) => `${quoted(name)}${COLLATABLE.has(types.get(name) ?? '') ? ' collate "C"' : ''}`).join(', ');
}
