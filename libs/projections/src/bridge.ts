import type { Sql } from '@picly/database';
import { quoted } from './names';

interface Column {
  readonly name: string;
  readonly type: string;
}

const COLUMNS = `
  select a.attname as name, format_type(a.atttypid, a.atttypmod) as type
    from pg_attribute a
   where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped
   order by a.attnum`;

const columnsOf = (sql: Sql, schema: string, relation: string): Promise<Column[]> =>
  sql.query<Column>(COLUMNS, [`${quoted(schema)}.${quoted(relation)}`]);

/**
 * What a published view selects: the relation of the version that is shown, and as null what only the other version has. Readers of both
 * releases are served while one takes over from the other; nothing depends on the schema of the other version.
 */
export async function bridgeColumns(
  sql: Sql,
  { schema, like, relation }: { readonly schema: string; readonly like: string | undefined; readonly relation: string },
): Promise<string> {
  const own = await columnsOf(sql, schema, relation);
  const names = new Set(own.map(({ name }) => name));
  const missing = like === undefined ? [] : (await columnsOf(sql, like, relation)).filter(({ name }) => !names.has(name));
  const nulls = missing.map(({ name, type }) => `null::${type} as ${quoted(name)}`);
  if (own.length === 0) return `select ${nulls.join(', ')} where false`;
  const all = missing.length === 0 ? '*' : [...own.map(({ name }) => quoted(name)), ...nulls].join(', ');
  return `select ${all} from ${quoted(schema)}.${quoted(relation)}`;
}
