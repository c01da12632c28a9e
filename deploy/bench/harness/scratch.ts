import { randomUUID } from 'node:crypto';
import { chmod, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { createPool, startEmbeddedPostgres, type EmbeddedPostgres } from '@picly/database';

/** A directory of its own below `parent`; the server of a run as root needs to get in. */
export async function scratchDir(parent: string): Promise<string> {
  const dir = path.join(parent, randomUUID());
  await mkdir(dir, { recursive: true });
  await chmod(dir, 0o755);
  return dir;
}

/** Runs `work` with the embedded Postgres as the product runs it: with fsync. */
export async function withPostgres<T>(parent: string, work: (server: EmbeddedPostgres) => Promise<T>): Promise<T> {
  const dir = await scratchDir(parent);
  const server = await startEmbeddedPostgres({ dataDir: path.join(dir, 'postgres'), durable: true });
  try {
    return await work(server);
  } finally {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

/** Another database on the same server, for a peer. */
export async function createDatabase(url: string, name: string): Promise<string> {
  const pool = createPool({ url, maxConnections: 1 });
  await pool.query(`create database ${name}`);
  await pool.close();
  const made = new URL(url);
  made.pathname = `/${name}`;
  return made.toString();
}
