import type { Sql } from '@picly/database';
import type { FoldSql, Projection } from './define';
import { quoted, schemaOf, statementPrefix } from './names';

/** How a fold's transaction runs: unqualified names are the projection's own. */
export function foldSettings(projection: Pick<Projection, 'name' | 'version'>): Readonly<Record<string, string>> {
  return {
    search_path: `${quoted(schemaOf(projection))}, public`,
    // Rows and checkpoint are lost together if the server crashes, and folded again from the log: nothing has to wait for the disk.
    synchronous_commit: 'off',
  };
}

/** Connections are shared by projections, prepared statements are per connection: each projection's names are its own. */
export function foldSqlOn(sql: Sql, projection: Pick<Projection, 'name' | 'version'>): FoldSql {
  const prefix = statementPrefix(schemaOf(projection));
  return {
    query: (text, values, name) => (name === undefined ? sql.query(text, values) : sql.query(text, values, `${prefix}${name}`)),
  };
}
