import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '@picly/database';
import { setTestServerUrl, testServerUrl } from '../config';

let stop: (() => Promise<void>) | undefined;

/** One server for the whole run; the projects of a run share it. */
export async function startTestServer(): Promise<void> {
  if (testServerUrl()) return;
  const dataDir = await mkdtemp(path.join(tmpdir(), 'picly-test-pg-'));
  // As root the server runs under another account, which must be able to enter.
  await chmod(dataDir, 0o755);
  const server = await startEmbeddedPostgres({ dataDir: path.join(dataDir, 'pg'), durable: false });
  setTestServerUrl(server.url);
  stop = async () => {
    await server.stop();
    setTestServerUrl(undefined);
    await rm(dataDir, { recursive: true, force: true });
  };
}

export async function stopTestServer(): Promise<void> {
  const stopping = stop?.();
  stop = undefined;
  await stopping;
}
