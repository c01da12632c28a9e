import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from '@picly/api-client';
import type { ErasureReceipt, StorageNote } from '@picly/erasure';
import { count, counted, table } from '@picly/terminal';
import type { CliConfig } from '../config';
import { clientFor, print, printJson } from './client';

const PATH = '/api/analytics/admin/erasure';
const LONG_MS = 3_600_000;
const LOOK_MS = 250;

export interface EraseFlags {
  readonly user?: string;
  readonly scrub?: boolean;
  readonly wait: boolean;
  readonly json?: boolean;
}

export interface PersonExportFlags {
  readonly user: string;
  readonly out?: string;
}

const STEPS: Readonly<Record<string, string>> = {
  collecting: 'looking for the visits and generations of the person',
  destroying: 'destroying the keys',
  listing: 'looking for the events that were sealed with them',
  cleaning: 'taking the person out of the read models',
  settling: 'removing old rows from the files of the database',
};

/** Asks for the erasure and shows how it goes on; it does so in the system, whether somebody watches or not. */
export async function erase(flags: EraseFlags & { readonly user: string }, config: CliConfig): Promise<number> {
  const client = clientFor(config);
  let receipt = await client.post<ErasureReceipt>(PATH, { user_id: flags.user, ...(flags.scrub && { scrub: true }) });
  let told = '';
  while (flags.wait && receipt.state !== 'done') {
    const line = receipt.last_error === null ? STEPS[receipt.state] : `waits and tries again (${receipt.last_error})`;
    if (line !== undefined && line !== told) process.stderr.write(`${line}\n`);
    told = line ?? told;
    await sleep(LOOK_MS);
    receipt = await client.get<ErasureReceipt>(`${PATH}/${receipt.id}`);
  }
  if (flags.json) printJson(receipt);
  else print(page(receipt));
  return 0;
}

function page(receipt: ErasureReceipt): string {
  if (receipt.state !== 'done') return `erasure ${receipt.id} is under way: picly erase receipt ${receipt.id}`;
  const { visits, generations } = receipt.subjects;
  const rows = receipt.projections.flatMap(({ projection, version, outcome, tables }) => [
    { view: `${projection} v${version}`, what: outcome ?? '', inserted: '', updated: '', deleted: '' },
    ...Object.entries(tables).map(([name, n]) => ({
      view: `  ${name}`,
      what: '',
      inserted: count(n.inserted),
      updated: count(n.updated),
      deleted: count(n.deleted),
    })),
  ]);
  return [
    `erasure ${receipt.id}: done`,
    `${counted(receipt.keys_destroyed, 'key')} destroyed (the person, ${counted(visits, 'visit')}, ${counted(generations, 'generation')}); ` +
      `${counted(receipt.events, 'event')} of the log cannot be read any more`,
    '',
    table(rows, [
      { title: 'VIEW', value: (row) => row.view },
      { title: 'OUTCOME', value: (row) => row.what },
      { title: 'INSERTED', value: (row) => row.inserted, align: 'right' },
      { title: 'UPDATED', value: (row) => row.updated, align: 'right' },
      { title: 'DELETED', value: (row) => row.deleted, align: 'right' },
    ]),
    ...(receipt.storage ? ['', ...filesOf(receipt.storage)] : []),
  ].join('\n');
}

/** What is left of the person in the files of the database. */
function filesOf({ vacuumed, old_bytes: oldBytes, wal, notes }: StorageNote): string[] {
  const tables =
    oldBytes.length === 0
      ? `${counted(vacuumed, 'table')} written anew: no file of theirs holds an old row`
      : `old rows are gone; their bytes stay in free space until it is used again in ${oldBytes.join(', ')} (VACUUM FULL removes them)`;
  const journal =
    wal === 'overwritten'
      ? 'the write-ahead log is overwritten'
      : 'the write-ahead log holds old pages until its segments are used again (max_wal_size)';
  return [tables, journal, ...notes];
}

export async function showReceipt(id: string, { json }: { readonly json?: boolean }, config: CliConfig): Promise<number> {
  const receipt = await clientFor(config).get<ErasureReceipt>(`${PATH}/${encodeURIComponent(id)}`);
  if (json) printJson(receipt);
  else print(page(receipt));
  return 0;
}

export async function listErasures({ json }: { readonly json?: boolean }, config: CliConfig): Promise<number> {
  const { data } = await clientFor(config).get<{ readonly data: readonly ErasureReceipt[] }>(PATH);
  if (json) printJson(data);
  else if (data.length === 0) print('nobody was erased');
  else {
    print(
      table(data, [
        { title: 'RECEIPT', value: (row) => row.id },
        { title: 'PERSON (HASH)', value: (row) => row.person },
        { title: 'STATE', value: (row) => row.state },
        { title: 'REQUESTED', value: (row) => row.requested_at.slice(0, 16).replace('T', ' ') },
        { title: 'EVENTS', value: (row) => count(row.events), align: 'right' },
      ]),
    );
  }
  return 0;
}

/** Everything about one person as one JSON document, written as it comes. */
export async function exportPerson({ user, out }: PersonExportFlags, { url, key }: CliConfig): Promise<number> {
  const client = new ApiClient({ baseUrl: url, timeoutMs: LONG_MS, ...(key !== undefined && { key }) });
  const response = await client.download('/api/analytics/admin/person-export', { user_id: user });
  const output = out === undefined ? process.stdout : createWriteStream(out, { mode: 0o600 });
  let bytes = 0;
  const text = (response.body ?? new ReadableStream<Uint8Array>()).pipeThrough(new TextDecoderStream());
  for await (const chunk of text) {
    bytes += Buffer.byteLength(chunk);
    if (!output.write(chunk)) await once(output, 'drain');
  }
  if (out !== undefined) {
    output.end();
    await finished(output);
    process.stderr.write(`${count(bytes)} bytes in ${out}\n`);
  }
  return 0;
}
