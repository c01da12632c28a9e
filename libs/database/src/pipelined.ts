import { pipeline } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from } from 'pg-copy-streams';
import { TransactionEndedError } from './errors';
import { asQueryError, type Sql } from './pool';

/**
 * SQL inside one transaction. Statements may be sent before the last one has answered; they run in the order they were sent, and after
 * one that failed the others fail too.
 */
export interface Transaction extends Sql {
  /** Runs a `COPY ... FROM STDIN` in text format with these lines: the fastest way to add many rows. */
  copyIn(statement: string, rows: string): Promise<void>;
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

/**
 * Statements need not wait for the answer of the last one: they are sent at once, those of one turn together. A COPY waits for those before
 * it and holds up those behind it: it needs the connection for itself.
 */
export function pipelined(client: PoolClient, sql: Sql, answerTimeoutMs: number): Pipelined {
  const connected: Connected = client;
  connected.pipeline = true;
  let sent: Promise<unknown> = Promise.resolve();
  let copying: Promise<void> | undefined;
  let isEnding = false;
  // What goes on after another part has failed must not reach the connection once it is given back.
  const refuseAfterEnd = (): void => {
    if (isEnding) throw new TransactionEndedError();
  };
  return {
    query: async (text, values, name) => {
      while (copying) await copying.catch(() => undefined);
      refuseAfterEnd();
      gather(connected.connection?.stream);
      const answer = sql.query<never>(text, values, name);
      sent = answer.catch(() => undefined);
      return answer;
    },
    copyIn: async (statement, rows) => {
      while (copying) await copying.catch(() => undefined);
      refuseAfterEnd();
      copying = sent.then(() => copyAlone(connected, { statement, rows, answerTimeoutMs }));
      try {
        await copying;
      } finally {
        copying = undefined;
      }
    },
    end: async (statement) => {
      isEnding = true;
      while (copying) await copying.catch(() => undefined);
      const timeout = answerTimeoutMs === 0 ? {} : { query_timeout: answerTimeoutMs };
      try {
        return (await client.query({ text: statement, ...timeout })).command;
      } catch (error) {
        throw asQueryError(error);
      }
    },
  };
}

/** What uses the connection next waits for each answer again, as the driver's users expect. */
export function endPipeline(client: PoolClient): void {
  (client as Connected).pipeline = false;
}

interface Copy {
  readonly statement: string;
  readonly rows: string;
  readonly answerTimeoutMs: number;
}

async function copyAlone(client: Connected, { statement, rows, answerTimeoutMs }: Copy): Promise<void> {
  client.pipeline = false;
  try {
    const signal = answerTimeoutMs === 0 ? {} : { signal: AbortSignal.timeout(answerTimeoutMs) };
    await pipeline([Buffer.from(rows, 'utf8')], client.query(from(statement)), signal);
  } catch (error) {
    throw asQueryError(error);
  } finally {
    client.pipeline = true;
  }
}
