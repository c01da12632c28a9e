import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { patiently, type ApiClient } from '@picly/api-client';
import { counted } from '@picly/terminal';
import type { CliConfig } from '../config';
import { linesOf } from '../import/source/lines';
import { UserError } from '../user-error';
import { clientFor } from './client';

export interface ExportFlags {
  readonly format: 'csv' | 'ndjson' | 'json';
  readonly query: ReadonlyMap<string, string>;
  readonly out?: string;
}

const PAGE_ROWS = 1_000;
const NEXT = 'x-picly-next-cursor';

interface Page {
  readonly lines: readonly string[];
  readonly next: string | undefined;
}

/** All rows of a list, page by page; JSON comes as one array. */
export async function runExport(list: string, flags: ExportFlags, config: CliConfig): Promise<number> {
  const client = clientFor(config);
  const output = flags.out === undefined ? process.stdout : createWriteStream(flags.out);
  const write = async (text: string): Promise<void> => {
    if (!output.write(text)) await once(output, 'drain');
  };
  const rows = await writeAll(pagesOf(client, list, flags), flags.format, write);
  if (flags.out !== undefined) {
    output.end();
    await finished(output);
    process.stderr.write(`${counted(rows, 'row')} in ${flags.out}\n`);
  }
  return 0;
}

async function* pagesOf(client: ApiClient, list: string, flags: ExportFlags): AsyncGenerator<Page> {
  const path = `/api/analytics/${list.replace(/^\/?(api\/analytics\/)?/, '')}`;
  // NDJSON pages join by themselves; a JSON array is made of the same lines.
  const format = flags.format === 'csv' ? 'csv' : 'ndjson';
  let cursor: string | undefined;
  do {
    const query = { limit: PAGE_ROWS, ...Object.fromEntries(flags.query), format, ...(cursor !== undefined && { cursor }) };
    const page = await patiently(() => readPage(client, path, query));
    yield page;
    cursor = page.next;
  } while (cursor !== undefined);
}

async function readPage(client: ApiClient, path: string, query: Readonly<Record<string, string | number>>): Promise<Page> {
  const response = await client.open(path, { query });
  const type = response.headers.get('content-type') ?? '';
  if (!/csv|ndjson/.test(type)) throw new UserError(`${path} is not a list that can be exported`);
  const chunks = (response.body ?? new ReadableStream<Uint8Array>()).pipeThrough(new TextDecoderStream());
  const lines: string[] = [];
  for await (const line of linesOf(chunks)) lines.push(line);
  return { lines, next: response.headers.get(NEXT) || undefined };
}

type Write = (text: string) => Promise<void>;

async function writeAll(pages: AsyncIterable<Page>, format: ExportFlags['format'], write: Write): Promise<number> {
  let rows = 0;
  let first = true;
  if (format === 'json') await write('[');
  for await (const { lines } of pages) {
    const header = format === 'csv' ? 1 : 0;
    const kept = first ? lines : lines.slice(header);
    if (kept.length > 0) await write(format === 'json' ? `${first ? '\n' : ',\n'}${kept.join(',\n')}` : `${kept.join('\n')}\n`);
    if (kept.length > 0) first = false;
    rows += Math.max(0, lines.length - header);
  }
  if (format === 'json') await write('\n]\n');
  return rows;
}
