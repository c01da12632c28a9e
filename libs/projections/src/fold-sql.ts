import type { Sql, Transaction } from '@picly/database';
import type { FoldSql, Projection } from './define';
import { quoted, schemaOf, statementPrefix, type AnyProjection } from './names';

/**
 * Rows are found by their keys, also while the statistics still say that a table is empty, and a statement is planned once per
 * connection: planning it anew for every small batch would cost more than running it.
 */
const BY_KEY: Readonly<Record<string, string>> = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  jit: 'off',
};

/** How a transaction runs in which several projections fold; `turnTo` says whose names are meant. */
export const SHARED_SETTINGS: Readonly<Record<string, string>> = {
  search_path: 'public',
  // Rows and checkpoint are lost together if the server crashes, and folded again from the log: nothing has to wait for the disk.
  synchronous_commit: 'off',
  ...BY_KEY,
};

/** How a fold's transaction runs: unqualified names are the projection's own. */
export function foldSettings(projection: Pick<Projection, 'name' | 'version'>): Readonly<Record<string, string>> {
  return { ...SHARED_SETTINGS, search_path: searchPath(projection) };
}

const searchPath = (projection: AnyProjection): string => `${quoted(schemaOf(projection))}, public`;

/** From here on in the transaction, unqualified names are those of this projection. */
export async function turnTo(sql: Sql, projection: AnyProjection): Promise<void> {
  await sql.query(`set local search_path = ${searchPath(projection)}`);
}

/**
 * Connections are shared by projections, prepared statements are per connection: each projection's names are its own. After a statement
 * that failed, every other one tells the same reason, and no more are sent.
 */
export function foldSqlOn(sql: Transaction, projection: Pick<Projection, 'name' | 'version'>): FoldSql {
  const prefix = statementPrefix(schemaOf(projection));
  let failure: { readonly reason: unknown } | undefined;
  const unlessFailed = async <T>(run: () => Promise<T>): Promise<T> => {
    if (failure) throw failure.reason;
    try {
      return await run();
    } catch (reason) {
      failure ??= { reason };
      throw failure.reason;
    }
  };
  return {
    query: <Row extends object>(text: string, values?: readonly unknown[], name?: string) =>
      unlessFailed(() => sql.query<Row>(text, values, name === undefined ? undefined : `${prefix}${name}`)),
    copyIn: (statement, rows) => unlessFailed(() => sql.copyIn(statement, rows)),
  };
}
