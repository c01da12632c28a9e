import { DatabaseError, Pool, type ClientBase, type PoolClient, type PoolConfig, type QueryConfig } from 'pg';
import { CopyOutQuery, type BinaryRow } from './copy-out';
import { DatabaseUnavailableError, sqlState } from './errors';
import { valueTypes } from './value-types';

const ANSWER_GRACE_MS = 5_000;

/** Something that runs SQL: the pool, or a transaction. */
export interface Sql {
  /**
   * The rows of one statement. `name` makes it a prepared statement, parsed once per connection: give it to statements
   * that run often, one name per text.
   */
  query<Row extends object = Record<string, unknown>>(text: string, values?: readonly unknown[], name?: string): Promise<Row[]>;
}

/** Connections to one database, opened when needed. */
export interface DatabasePool extends Sql {
  readonly url: string;
  /** The driver's pool, for what `Sql` does not offer (COPY streams, cursors). */
  readonly pg: Pool;
  /**
   * The rows of a query without parameters, read by COPY in binary format: for large `bytea`, which comes as text otherwise, two digits a
   * byte. It is planned every time.
   */
  copyOut(query: string): Promise<BinaryRow[]>;
  /** A statement unanswered for so long means a lost connection; 0 waits for ever. */
  readonly answerTimeoutMs: number;
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly url: string;
  /** Shown in pg_stat_activity (default `picly`). */
  readonly applicationName?: string;
  /** Most connections open at once (default 10). */
  readonly maxConnections?: number;
  /** How long to wait for a connection, milliseconds (default 10,000). */
  readonly connectTimeoutMs?: number;
  /** The server cancels a statement that takes longer (default 60,000; 0 never); a mute server counts as lost soon after. */
  readonly statementTimeoutMs?: number;
  /** The server ends a session that idles inside a transaction, and so holds locks (default 15,000; 0 never). */
  readonly idleInTransactionTimeoutMs?: number;
  /** Schemas searched for unqualified names. */
  readonly searchPath?: readonly string[];
  /** Told about connections that break while idle (the pool replaces them by itself). */
  readonly onIdleError?: (error: Error) => void;
}

/** The settings of the driver behind `PoolOptions`, shared by the pool, the TypeORM data source and single clients. */
export function connectionSettings(options: PoolOptions): PoolConfig {
  return {
    connectionString: options.url,
    application_name: options.applicationName ?? 'picly',
    connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
    statement_timeout: options.statementTimeoutMs ?? 60_000,
    idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs ?? 15_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: valueTypes,
    ...(options.searchPath ? { options: `-c search_path=${options.searchPath.join(',')}` } : {}),
  };
}

export function createPool(options: PoolOptions): DatabasePool {
  const { statementTimeoutMs = 60_000 } = options;
  const pool = new Pool({
    ...connectionSettings(options),
    max: options.maxConnections ?? 10,
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
  });
  // While the pool is closed the server may be too: connections that end then are no trouble.
  pool.on('error', (error) => {
    if (!pool.ending) options.onIdleError?.(error);
  });
  // A connection that breaks while lent out would otherwise end the process; its query reports the error.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const answerTimeoutMs = statementTimeoutMs === 0 ? 0 : statementTimeoutMs + ANSWER_GRACE_MS;
  return {
    url: options.url,
    pg: pool,
    answerTimeoutMs,
    query: async (text, values, name) => {
      for (;;) {
        const client = await lend(pool);
        try {
          return await settle(client, answerTimeoutMs, (sql) => sql.query(text, values, name));
        } catch (error) {
          // Its connection is gone with it; one that is new prepares the statement anew.
          if (name === undefined || !isStalePlan(error)) throw error;
        }
      }
    },
    copyOut: async (query) => {
      const client = await lend(pool);
      return settle(client, answerTimeoutMs, () => copyOut(client, query, answerTimeoutMs));
    },
    close: () => pool.end(),
  };
}

async function copyOut(client: PoolClient, query: string, answerTimeoutMs: number): Promise<BinaryRow[]> {
  try {
    return await new Promise((resolve, reject) => {
      const done = (error: Error | undefined, rows: BinaryRow[]): void => (error ? reject(error) : resolve(rows));
      client.query(new CopyOutQuery(query, { answerTimeoutMs, done }));
    });
  } catch (error) {
    throw asQueryError(error);
  }
}

/** A connection of the pool; failures to get one are `DatabaseUnavailableError` in phase `connect` or server errors. */
export async function lend(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw sqlState(error) === undefined ? new DatabaseUnavailableError('connect', error) : error;
  }
}

/** Run `work` on a lent connection and give it back; a broken connection is thrown away. */
export async function settle<T>(client: PoolClient, answerTimeoutMs: number, work: (sql: Sql) => Promise<T>): Promise<T> {
  let broken = false;
  try {
    return await work(sqlOn(client, answerTimeoutMs));
  } catch (error) {
    broken = isBroken(error);
    throw error;
  } finally {
    client.release(broken);
  }
}

/** A prepared statement whose columns are others since a view was replaced by one with more of them. */
function isStalePlan(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '0A000' && error.routine === 'RevalidateCachedQuery';
}

function isBroken(error: unknown): boolean {
  if (error instanceof DatabaseUnavailableError || isStalePlan(error)) return true;
  return error instanceof DatabaseError && (error.severity === 'FATAL' || error.severity === 'PANIC');
}

/** With a limit to the time that the answer may take, milliseconds, which the driver has and its types have not; 0 is none. */
export const answeredWithin = (answerTimeoutMs: number, statement: QueryConfig): QueryConfig => {
  const timed = { ...statement, query_timeout: answerTimeoutMs };
  return timed;
};

/** `Sql` on one connection. */
export function sqlOn(client: ClientBase, answerTimeoutMs = 0): Sql {
  return {
    query: async <Row extends object>(text: string, values?: readonly unknown[], name?: string) => {
      try {
        const statement = { text, ...(values === undefined ? {} : { values: [...values] }), ...(name === undefined ? {} : { name }) };
        const result = await client.query(answeredWithin(answerTimeoutMs, statement));
        return result.rows as Row[];
      } catch (error) {
        throw asQueryError(error);
      }
    },
  };
}

/** Errors of the server and of the program pass; what is left is the connection's. */
export function asQueryError(error: unknown): unknown {
  if (sqlState(error) !== undefined || error instanceof TypeError || error instanceof RangeError) return error;
  return new DatabaseUnavailableError('query', error);
}
