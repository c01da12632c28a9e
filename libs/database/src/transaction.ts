import { DatabaseUnavailableError, TransactionAbortedError } from './errors';
import { endPipeline, pipelined, type Pipelined, type Transaction } from './pipelined';
import { lend, settle, type DatabasePool } from './pool';

export interface TransactionOptions {
  /** Default: the server's, READ COMMITTED. */
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
  readonly readOnly?: boolean;
  /** Settings for the time of the transaction (`set local`), sent together with BEGIN; the values are SQL as written. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Run `work` in a transaction: committed when it resolves, rolled back when it rejects, the connection given back in
 * either case. Throws `TransactionAbortedError` when the server did not answer COMMIT with COMMIT, and
 * `DatabaseUnavailableError` when the connection broke: then it is unknown whether a COMMIT under way took effect.
 */
export async function inTransaction<T>(
  pool: DatabasePool,
  work: (transaction: Transaction) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const client = await lend(pool.pg);
  return settle(client, pool.answerTimeoutMs, async (plain) => {
    const sql = pipelined(client, plain, pool.answerTimeoutMs);
    try {
      await sql.query(beginStatement(options));
      const result = await orRollBack(sql, work);
      const answer = await sql.end('commit');
      if (answer !== 'COMMIT') throw new TransactionAbortedError(answer);
      return result;
    } finally {
      endPipeline(client);
    }
  });
}

async function orRollBack<T>(sql: Pipelined, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  try {
    return await work(sql);
  } catch (error) {
    await sql.end('rollback').catch((failure: unknown) => {
      // Without a rollback the connection must not go back to the pool with an open transaction.
      throw failure instanceof DatabaseUnavailableError ? new DatabaseUnavailableError('query', error) : failure;
    });
    throw error;
  }
}

function beginStatement({ isolation, readOnly, settings = {} }: TransactionOptions): string {
  const begin = ['begin', isolation && `isolation level ${isolation}`, readOnly && 'read only'].filter(Boolean).join(' ');
  return [begin, ...Object.entries(settings).map(([name, value]) => `set local ${name} = ${value}`)].join('; ');
}
