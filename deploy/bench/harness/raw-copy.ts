import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type { DatabasePool } from '@picly/database';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

/** The rows of tables as COPY writes them, held in memory. */
export interface CopiedTables {
  readonly rows: number;
  readonly tables: readonly { readonly name: string; readonly chunks: readonly Buffer[] }[];
}

export async function copyOut(pool: DatabasePool, schema: string, names: readonly string[]): Promise<CopiedTables> {
  const tables: { name: string; chunks: Buffer[] }[] = [];
  let rows = 0;
  const client = await pool.pg.connect();
  try {
    for (const name of names) {
      const chunks: Buffer[] = [];
      const stream = client.query(copyTo(`copy ${schema}.${name} to stdout`));
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      rows += stream.rowCount;
      tables.push({ name, chunks });
    }
  } finally {
    client.release();
  }
  return { rows, tables };
}

/** Seconds that COPY takes to fill empty tables of the same shape, indexes and constraints included, in one transaction. */
export async function copyIn(pool: DatabasePool, schema: string, { tables }: CopiedTables): Promise<number> {
  await pool.query('drop schema if exists raw_copy cascade');
  await pool.query('create schema raw_copy');
  for (const { name } of tables) await pool.query(`create table raw_copy.${name} (like ${schema}.${name} including all)`);
  await pool.query('checkpoint');
  const client = await pool.pg.connect();
  try {
    const startedAt = performance.now();
    await client.query('begin');
    for (const { name, chunks } of tables)
      await pipeline(Readable.from(chunks), client.query(copyFrom(`copy raw_copy.${name} from stdin`)));
    await client.query('commit');
    return (performance.now() - startedAt) / 1_000;
  } finally {
    client.release();
  }
}
