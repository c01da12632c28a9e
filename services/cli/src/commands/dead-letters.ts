import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { ApiClient, ApiError } from '@picly/api-client';
import type { DeadLetterDetails, DeadLetterHistoryRow, DeadLetterRow, SettleOutcome } from '@picly/projections';
import { count, counted, table } from '@picly/terminal';
import type { CliConfig } from '../config';
import { UserError } from '../user-error';
import { clientFor, print, printJson } from './client';

const PATH = '/api/analytics/admin/dead-letters';
/** Many queues take their time. */
const LONG_MS = 600_000;
const STILL_PARKED = 2;

export interface ListFlags {
  readonly projection?: string;
  readonly cause?: string;
  readonly code?: string;
  readonly key?: string;
  readonly event?: string;
  readonly limit: number;
  readonly json?: boolean;
}

export interface AuthorFlags {
  readonly author?: string;
}

const minute = (instant: string): string => instant.slice(0, 16).replace('T', ' ');
const author = ({ author: given }: AuthorFlags): string => given ?? userInfo().username;
const patient = ({ url, key }: CliConfig): ApiClient =>
  new ApiClient({ baseUrl: url, timeoutMs: LONG_MS, ...(key !== undefined && { key }) });

export async function listLetters({ json, event, ...filter }: ListFlags, config: CliConfig): Promise<number> {
  const query = { ...filter, event_id: event };
  const { data, next_cursor: more } = await clientFor(config).get<{ data: readonly DeadLetterRow[]; next_cursor: string | null }>(PATH, {
    query,
  });
  if (json) printJson(data);
  else if (data.length === 0) print('no dead letters');
  else {
    print(
      table(data, [
        { title: 'ID', value: (row) => String(row.id), align: 'right' },
        { title: 'VIEW', value: (row) => `${row.projection} v${row.version}` },
        { title: 'CAUSE', value: (row) => row.cause },
        { title: 'CODE', value: (row) => row.code },
        { title: 'TRIES', value: (row) => count(row.attempts), align: 'right' },
        { title: 'FIRST SEEN', value: (row) => minute(row.first_seen) },
        { title: 'LAST SEEN', value: (row) => minute(row.last_seen) },
        { title: 'KEY', value: (row) => row.key },
        { title: 'PLACE', value: (row) => String(row.sequence), align: 'right' },
      ]),
    );
    if (more !== null) print('\nthere are more (--limit)');
  }
  return 0;
}

export async function showLetter(
  id: number,
  flags: { readonly json?: boolean; readonly body?: boolean },
  config: CliConfig,
): Promise<number> {
  const letter = await clientFor(config).get<DeadLetterDetails>(`${PATH}/${id}`);
  if (flags.body) {
    if (!letter.content) throw new UserError(`what dead letter ${id} says cannot be read: write the event anew`);
    printJson(letter.content.body);
  } else if (flags.json) printJson(letter);
  else print(page(letter));
  return 0;
}

function page(letter: DeadLetterDetails): string {
  const { content, original } = letter;
  const lines = [
    `dead letter ${letter.id} of ${letter.projection} v${letter.version}`,
    `  ${letter.cause} (${letter.code}): ${letter.message}`,
    ...(letter.meaning === null ? [] : [`  ${letter.meaning}`]),
    `  event ${letter.event_id ?? 'without an id'}, ${letter.topic}/${letter.partition} at ${letter.offset}, key ${letter.key}`,
    `  place ${letter.sequence} of its key, ${counted(letter.behind, 'letter')} behind it`,
    `  first seen ${minute(letter.first_seen)}, last seen ${minute(letter.last_seen)}, tried ${counted(letter.attempts, 'time')}`,
    '',
    content ? `says (happened ${minute(content.occurred_at)}, person: ${content.person}):` : 'cannot be read; the bytes as they came:',
    content ? JSON.stringify(content.body, null, 2) : (original.text ?? original.base64),
    '',
    'headers:',
    ...Object.entries(original.headers).map(([name, value]) => `  ${name}: ${value}`),
  ];
  return lines.join('\n');
}

export async function fixLetter(
  id: number,
  flags: AuthorFlags & { readonly data: string; readonly reason?: string },
  config: CliConfig,
): Promise<number> {
  const body = await readBody(flags.data);
  const wanted = { body, author: author(flags), ...(flags.reason !== undefined && { reason: flags.reason }) };
  const outcome = await clientFor(config).post<SettleOutcome>(`${PATH}/${id}/fix`, wanted).catch(unchanged);
  return tell(`dead letter ${id} is fixed`, outcome);
}

async function readBody(file: string): Promise<object> {
  const text = await readFile(file, 'utf8');
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  } catch {
    throw new UserError(`${file} is not JSON; nothing was changed`);
  }
  throw new UserError(`${file} is not a JSON object; nothing was changed`);
}

function unchanged(error: unknown): never {
  if (error instanceof ApiError && error.code === 'API_REFUSED' && error.problem !== undefined)
    throw new UserError(`${error.message}. Nothing was changed`);
  throw error;
}

export async function replayLetters(
  ids: readonly number[],
  flags: AuthorFlags & Pick<ListFlags, 'projection' | 'cause' | 'code' | 'key'>,
  config: CliConfig,
): Promise<number> {
  const { projection, cause, code, key } = flags;
  const filter = { ...(projection && { projection }), ...(cause && { cause }), ...(code && { code }), ...(key && { key }) };
  const isFiltered = Object.keys(filter).length > 0;
  if (ids.length > 0 === isFiltered) throw new UserError('say which: ids of letters, or --projection, --cause, --code, --key');
  if (isFiltered) {
    const outcome = await patient(config).post<SettleOutcome & { queues: number }>(`${PATH}/replay`, { ...filter, author: author(flags) });
    return tell(counted(outcome.queues, 'queue'), outcome);
  }
  let exitCode = 0;
  for (const id of ids) {
    const outcome = await patient(config)
      .post<SettleOutcome>(`${PATH}/${id}/replay`, { author: author(flags) })
      .catch(unchanged);
    exitCode = Math.max(exitCode, tell(`dead letter ${id}`, outcome));
  }
  return exitCode;
}

export async function discardLetters(
  ids: readonly number[],
  flags: AuthorFlags & { readonly reason: string },
  config: CliConfig,
): Promise<number> {
  let exitCode = 0;
  for (const id of ids) {
    const outcome = await patient(config)
      .post<SettleOutcome>(`${PATH}/${id}/discard`, { author: author(flags), reason: flags.reason })
      .catch(unchanged);
    exitCode = Math.max(exitCode, tell(`dead letter ${id} is discarded`, outcome));
  }
  return exitCode;
}

/** One line, and one for each letter that still fails; 2 when there is one. */
function tell(what: string, { folded, duplicates, failures }: SettleOutcome): number {
  const known = duplicates > 0 ? `, ${count(duplicates)} of them known already` : '';
  print(`${what}: ${counted(folded, 'event')} folded${known}`);
  for (const { letter, cause, code, message } of failures)
    print(`dead letter ${letter} stays, and all behind it: ${message} (${cause || 'refused'}, ${code})`);
  return failures.length > 0 ? STILL_PARKED : 0;
}

export async function showHistory(flags: Pick<ListFlags, 'projection' | 'event' | 'limit' | 'json'>, config: CliConfig): Promise<number> {
  const query = { projection: flags.projection, event_id: flags.event, limit: flags.limit };
  const { data } = await clientFor(config).get<{ readonly data: readonly DeadLetterHistoryRow[] }>(`${PATH}/history`, { query });
  if (flags.json) printJson(data);
  else if (data.length === 0) print('nothing was done about dead letters yet');
  else {
    print(
      table(data, [
        { title: 'WHEN', value: (row) => minute(row.at) },
        { title: 'WHAT', value: (row) => row.action },
        { title: 'ID', value: (row) => String(row.letter), align: 'right' },
        { title: 'VIEW', value: (row) => row.projection },
        { title: 'EVENT', value: (row) => row.event_id ?? '-' },
        { title: 'CODE', value: (row) => row.code },
        { title: 'BY', value: (row) => row.author },
        { title: 'WHY', value: (row) => row.reason ?? '-' },
      ]),
    );
  }
  return 0;
}
