import { createHash } from 'node:crypto';
import type { Sql } from '@picly/database';
import type { TableSpec } from '../define';
import { quoted } from '../names';
import type { TableComparison } from './jobs';

export interface Difference {
  readonly table: string;
  /** The columns of the primary key, by name. */
  readonly key: Readonly<Record<string, unknown>>;
  /** The row is only in the version that serves, only in the one that was built, or in both with other values. */
  readonly kind: 'only_base' | 'only_built' | 'changed';
  /** The columns that differ, for `changed`. */
  readonly columns: readonly string[];
}

export interface Sides {
  /** The schema that serves. */
  readonly base: string;
  /** The schema that was built. */
  readonly built: string;
}

export interface TableOutcome {
  readonly comparison: TableComparison;
  /** The first of them, in the order of the key. */
  readonly listed: readonly Difference[];
}

/** Differences listed by key, per table; the others are counted. */
export const MOST_LISTED = 1_000;

interface Column {
  readonly name: string;
  readonly type: string;
}

interface Summary {
  readonly rows: number;
  readonly digest: string;
}

const COLUMNS = `
  select a.attname as name, format_type(a.atttypid, null) as type
    from pg_attribute a
   where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped
   order by a.attname collate "C"`;

const at = (schema: string, table: string): string => `${quoted(schema)}.${quoted(table)}`;

/** Independent of the session, and comparable for types without equality (json). */
const textOf = ({ name, type }: Column, alias: string): string =>
  type === 'timestamp with time zone' ? `(${alias}.${quoted(name)} at time zone 'UTC')::text` : `${alias}.${quoted(name)}::text`;

const rowOf = (columns: readonly Column[], alias: string): string =>
  `row(${columns.map((column) => textOf(column, alias)).join(', ')})::text`;

/**
 * Compares a table of two schemas row by row. `sql` is one snapshot, in which both have folded the same events. Digests do not depend on the
 * order of rows: the count and two sums of 64-bit hashes over the text of each row, of the columns that both have.
 */
export async function compareTable(sql: Sql, { base, built }: Sides, spec: TableSpec): Promise<TableOutcome> {
  const [ours, theirs] = [await columnsOf(sql, at(base, spec.name), spec), await columnsOf(sql, at(built, spec.name), spec)];
  const columns = theirs.filter(({ name, type }) => ours.some((own) => own.name === name && own.type === type));
  const comparable = spec.key.every((name) => columns.some((column) => column.name === name));
  if (!comparable) return incomparable(sql, { base, built }, { spec, known: [ours.length > 0, theirs.length > 0] });
  const before = await summary(sql, at(base, spec.name), columns);
  const after = await summary(sql, at(built, spec.name), columns);
  const same = before.digest === after.digest;
  const { count, listed } = same ? { count: 0, listed: [] } : await differences(sql, { base, built }, { spec, columns });
  const other = ours.length + theirs.length - 2 * columns.length;
  return {
    listed,
    comparison: {
      table: spec.name,
      base_rows: before.rows,
      built_rows: after.rows,
      base_digest: before.digest,
      built_digest: after.digest,
      differences: count,
      ...(other > 0 && { note: 'compared by the columns that both versions have' }),
    },
  };
}

async function columnsOf(sql: Sql, relation: string, { except = [] }: TableSpec): Promise<Column[]> {
  const columns = await sql.query<Column>(COLUMNS, [relation]);
  return columns.filter(({ name }) => !except.includes(name));
}

async function summary(sql: Sql, relation: string, columns: readonly Column[]): Promise<Summary> {
  const [row] = await sql.query<{ rows: number; a: string; b: string }>(
    `select count(*) as rows, coalesce(sum(hashtextextended(t, 0)), 0)::text as a, coalesce(sum(hashtextextended(t, 1)), 0)::text as b
       from (select ${rowOf(columns, 'r')} as t from ${relation} r) texts`,
  );
  const text = `${row?.rows ?? 0}:${row?.a ?? ''}:${row?.b ?? ''}`;
  return { rows: row?.rows ?? 0, digest: createHash('sha256').update(text).digest('hex').slice(0, 32) };
}

interface Found {
  readonly key: Readonly<Record<string, unknown>>;
  readonly kind: Difference['kind'];
  readonly columns: readonly string[];
  readonly total: number;
}

async function differences(
  sql: Sql,
  { base, built }: Sides,
  { spec, columns }: { readonly spec: TableSpec; readonly columns: readonly Column[] },
): Promise<{ count: number; listed: Difference[] }> {
  const keys = spec.key.map(quoted);
  const first = keys[0] ?? '';
  const values = columns.filter(({ name }) => !spec.key.includes(name));
  const changed = values.map(
    (column) => `case when ${textOf(column, 'a')} is distinct from ${textOf(column, 'b')} then '${column.name.replaceAll("'", "''")}' end`,
  );
  const rows = await sql.query<Found>(
    `select jsonb_build_object(${spec.key.map((name) => `'${name.replaceAll("'", "''")}', ${quoted(name)}`).join(', ')}) as key,
            case when b.${first} is null then 'only_base' when a.${first} is null then 'only_built' else 'changed' end as kind,
            case when a.${first} is null or b.${first} is null then '{}'::text[]
                 else array_remove(array[${changed.join(', ')}]::text[], null) end as columns,
            count(*) over () as total
       from ${at(base, spec.name)} a full join ${at(built, spec.name)} b using (${keys.join(', ')})
      where ${rowOf(columns, 'a')} is distinct from ${rowOf(columns, 'b')}
      order by ${keys.join(', ')} limit ${MOST_LISTED}`,
  );
  return {
    count: rows[0]?.total ?? 0,
    listed: rows.map(({ key, kind, columns: names }) => ({ table: spec.name, key, kind, columns: names })),
  };
}

async function incomparable(
  sql: Sql,
  { base, built }: Sides,
  { spec, known }: { readonly spec: TableSpec; readonly known: readonly [boolean, boolean] },
): Promise<TableOutcome> {
  const rows = async (schema: string, exists: boolean): Promise<number | null> => {
    if (!exists) return null;
    const [row] = await sql.query<{ n: number }>(`select count(*) as n from ${at(schema, spec.name)}`);
    return row?.n ?? 0;
  };
  const [baseRows, builtRows] = [await rows(base, known[0]), await rows(built, known[1])];
  const note =
    baseRows === null ? 'a new table' : builtRows === null ? 'a table that is gone' : 'the key has changed: rows cannot be paired';
  return {
    listed: [],
    comparison: {
      table: spec.name,
      base_rows: baseRows,
      built_rows: builtRows,
      base_digest: null,
      built_digest: null,
      differences: 0,
      note,
    },
  };
}

const LETTERS = `
  with a as (select topic, partition, "offset", code from runtime.dead_letters where projection = $1 and version = $2),
       b as (select topic, partition, "offset", code from runtime.dead_letters where projection = $1 and version = $3)
  select jsonb_build_object('topic', topic, 'partition', partition, 'offset', "offset") as key,
         case when b.code is null then 'only_base' when a.code is null then 'only_built' else 'changed' end as kind,
         case when a.code <> b.code then '{code}'::text[] else '{}'::text[] end as columns, count(*) over () as total
    from a full join b using (topic, partition, "offset")
   where a.code is distinct from b.code
   order by topic, partition, "offset" limit ${MOST_LISTED}`;

/** The same events must be parked by both, for the same reason. */
export async function compareLetters(
  sql: Sql,
  name: string,
  versions: { readonly base: number; readonly built: number },
): Promise<TableOutcome> {
  const rows = await sql.query<Found>(LETTERS, [name, versions.base, versions.built]);
  const counts = await sql.query<{ version: number; n: number }>(
    'select version, count(*) as n from runtime.dead_letters where projection = $1 and version = any($2) group by version',
    [name, [versions.base, versions.built]],
  );
  const of = (version: number): number => counts.find((row) => row.version === version)?.n ?? 0;
  return {
    listed: rows.map(({ key, kind, columns }) => ({ table: 'dead_letters', key, kind, columns })),
    comparison: {
      table: 'dead_letters',
      base_rows: of(versions.base),
      built_rows: of(versions.built),
      base_digest: null,
      built_digest: null,
      differences: rows[0]?.total ?? 0,
    },
  };
}
