import type { PoolClient } from 'pg';
import { CopyInQuery } from './copy-in';
import { sqlState, TransactionEndedError } from './errors';
import { answeredWithin, asQueryError, type Sql } from './pool';

/** What the server answers to every statement after one that failed. */
const IN_FAILED_TRANSACTION = '25P02';

/**
 * SQL inside one transaction. Statements may be sent before the last one has answered; they run in the order they were sent, and after
 * one that failed the others fail with its error.
 */
export interface Transaction extends Sql {
  /** Runs a `COPY ... FROM STDIN` in text format with these lines, UTF-8: the fastest way to add many rows. */
  copyIn(statement: string, rows: Buffer): Promise<void>;
}

/** A transaction as seen by who ends it. */
export interface Pipelined extends Transaction {
  /** COMMIT or ROLLBACK, behind everything that was sent; answers what the server did. From here on statements are refused. */
  end(statement: 'commit' | 'rollback'): Promise<string>;
}

interface Stream {
  cork(): void;
  uncork(): void;
}

/** What the driver has beside what its types tell. */
type Connected = PoolClient & { pipeline?: boolean; readonly connection?: { readonly stream?: Stream } };

const corked = new WeakSet<Stream>();

/** What is written until the end of this turn of the event loop leaves in one piece. */
function gather(stream: Stream | undefined): void {
  if (!stream || corked.has(stream)) return;
  corked.add(stream);
  stream.cork();
  process.nextTick(() => {
    corked.delete(stream);
    stream.uncork();
  });
}

/** Statements need not wait for the answer of the last one: they are sent at once, those of one turn together. */
export function pipelined(client: PoolClient, sql: Sql, answerTimeoutMs: number): Pipelined {
  const connected: Connected = client;
  connected.pipeline = true;
  let isEnding = false;
  const beginStatement = (): void => {
    // What goes on after another part has failed must not reach the connection once it is given back.
    if (isEnding) throw new TransactionEndedError();
    gather(connected.connection?.stream);
  };
  const copyIn = async (statement: string, rows: Buffer): Promise<void> => {
    try {
      await new Promise<void>((resolve, reject) => {
        const done = (error: Error | undefined): void => (error ? reject(error) : resolve());
        client.query(new CopyInQuery(statement, rows, { answerTimeoutMs, done }));
      });
    } catch (error) {
      throw asQueryError(error);
    }
  };
  const orFirstFailure = firstFailures();
  return {
    query: async (text, values, name) => {
      beginStatement();
      return orFirstFailure(sql.query<never>(text, values, name));
    },
    copyIn: async (statement, rows) => {
      beginStatement();
      return orFirstFailure(copyIn(statement, rows));
    },
    end: async (statement) => {
      isEnding = true;
      try {
        return (await client.query(answeredWithin(answerTimeoutMs, { text: statement }))).command;
      } catch (error) {
        throw asQueryError(error);
      }
    },
  };
}

/**
 * Answers that arrive together reject in no certain order, and whoever waits for all of them would learn of one that failed only because
 * another had: so an answer to a failed transaction waits for those before it, and tells their error.
 */
function firstFailures(): <T>(answer: Promise<T>) => Promise<T> {
  let failure: unknown;
  let answered: Promise<unknown> = Promise.resolve();
  return async (answer) => {
    const before = answered;
    answered = answer.then(
      () => before,
      (error: unknown) => {
        if (sqlState(error) !== IN_FAILED_TRANSACTION) failure = error;
        return before;
      },
    );
    try {
      return await answer;
    } catch (error) {
      if (sqlState(error) !== IN_FAILED_TRANSACTION) throw error;
      await before;
      throw failure ?? error;
    }
  };
}

/** What uses the connection next waits for each answer again, as the driver's users expect. */
export function endPipeline(client: PoolClient): void {
  (client as Connected).pipeline = false;
}
