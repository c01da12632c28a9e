import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '@picly/database';
import { Client } from 'pg';
import { testServerUrl } from './config';

/** An empty database of the test server, for one spec file. */
export interface TestDatabase {
  readonly url: string;
  /** Cuts all connections and removes it. */
  drop(): Promise<void>;
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const server = testServerUrl();
  if (!server) throw new Error('no test server: specs that need Postgres are named *.pg.spec.ts');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await onServer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(server, `drop database if exists ${name} with (force)`) };
}

const LOOK_MS = 10;

/** Resolves when a session of the database waits for a lock. */
export async function whenSomebodyWaits(sql: Pick<Sql, 'query'>): Promise<void> {
  const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await sql.query(waiting)).length === 0) await sleep(LOOK_MS);
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
