import path from 'node:path';
import { urlOfRunning } from './cluster';
import { startEmbeddedPostgres } from './embedded-postgres';
import { EmbeddedPostgresError } from './errors';

/** A way to a database, and how to give it back. */
export interface Reached {
  readonly url: string;
  /** True when another process runs the server. */
  readonly shared: boolean;
  stop(): Promise<void>;
}

/** The embedded Postgres of a directory: the one that is running for another process, else one of our own. Throws `EmbeddedPostgresError`. */
export async function reachEmbeddedPostgres(dataDir: string): Promise<Reached> {
  try {
    const server = await startEmbeddedPostgres({ dataDir });
    return { url: server.url, shared: false, stop: () => server.stop() };
  } catch (error) {
    if (!(error instanceof EmbeddedPostgresError) || error.code !== 'EMBEDDED_POSTGRES_IN_USE') throw error;
    const url = await urlOfRunning(path.resolve(dataDir));
    if (url === undefined) throw error;
    return { url, shared: true, stop: async () => undefined };
  }
}
