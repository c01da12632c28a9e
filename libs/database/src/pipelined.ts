import type { PoolClient } from 'pg';
import type { Sql } from './pool';

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
 * Statements need not wait for the answer of the last one: they are sent at once, those of one turn together. The connection
 * stays so, which rules out COPY and cursors on it.
 */
export function pipelined(client: PoolClient, sql: Sql): Sql {
  const connected: Connected = client;
  connected.pipeline = true;
  return {
    query: (text, values, name) => {
      gather(connected.connection?.stream);
      return sql.query(text, values, name);
    },
  };
}
