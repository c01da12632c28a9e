import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { DatabasePool } from '@picly/database';

/** What is searched for, by a name for it: the bytes as they would stand in a file. */
export type Needles = Readonly<Record<string, Buffer>>;

async function* filesBelow(folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(file);
    else if (entry.isFile()) yield file;
  }
}

/** A server may take a file away while it is looked at. */
const contentOf = (file: string): Promise<Buffer> => readFile(file).catch(() => Buffer.alloc(0));

/** `<needle> in <file>` for all files below a folder, whatever they are. */
export async function filesWith(folder: string, needles: Needles): Promise<string[]> {
  const found: string[] = [];
  for await (const file of filesBelow(folder)) {
    const bytes = await contentOf(file);
    for (const [name, needle] of Object.entries(needles))
      if (bytes.includes(needle)) found.push(`${name} in ${path.relative(folder, file)}`);
  }
  return found.sort();
}

/** `<needle> in <table>` for every table of every schema, and what the server keeps about their values and its sessions. */
export async function tablesWith(pool: DatabasePool, needles: Needles): Promise<string[]> {
  const tables = await pool.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema')
     union all select 'pg_catalog.pg_stats' union all select 'pg_catalog.pg_stat_activity'`,
  );
  const names = Object.keys(needles);
  // Bytes are shown in hexadecimal.
  const forms = names.map((name) => [needles[name]?.toString('utf8') ?? '', needles[name]?.toString('hex') ?? '']);
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await pool.query<{ n: number }>(
      `select g.n from unnest($1::text[], $2::text[]) with ordinality as g(text, hex, n)
        where exists (select from ${name} t where position(g.text in t::text) > 0 or position(g.hex in t::text) > 0)`,
      [forms.map(([text = '']) => text.replaceAll('\0', '')), forms.map(([, hex]) => hex)],
    );
    for (const { n } of rows) found.push(`${names[Number(n) - 1]} in ${name}`);
  }
  return found.sort();
}
