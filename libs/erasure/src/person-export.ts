import type { DecodedEvent } from '@picly/contracts';
import type { DatabasePool } from '@picly/database';
import type { EventLog, LogRecord } from '@picly/event-log';
import { subjectName, type KeyReader } from '@picly/personal-data';
import { decodeRecords } from '@picly/projections';
import { UnknownPersonError } from './errors';
import { readAll } from './fixed-copies';
import { sealedRefOf } from './scan-log';

export interface PersonExportDeps {
  readonly pool: DatabasePool;
  readonly log: EventLog;
  readonly keys: KeyReader;
}

/** Columns that name a person, in whatever table; the value is the id itself or a subject's name. */
const NAMING = ['user_id', 'session_id', 'rater', 'person', 'unit', 'owner', 'session', 'subject'];

interface NamingColumn {
  readonly table: string;
  readonly column: string;
}

const NAMING_COLUMNS = `
  select c.table_name as table, c.column_name as column
    from information_schema.columns c
    join pg_class r on r.relname = c.table_name and r.relnamespace = 'picly'::regnamespace
   where c.table_schema = 'picly' and c.column_name = any($1::text[]) and c.data_type = 'text'
   order by 1, 2`;

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const PAGE_ROWS = 1_000;

interface Names {
  readonly userId: string;
  readonly sessions: Set<string>;
  readonly refs: Set<string>;
}

async function refsOf(pool: DatabasePool, names: readonly string[]): Promise<string[]> {
  const rows = await pool.query<{ ref: string }>('select ref from runtime.person_keys where subject = any($1::text[])', [names]);
  return rows.map(({ ref }) => ref);
}

const eventJson = ({ id, type, occurredAt, receivedAt, data, position }: DecodedEvent): string =>
  JSON.stringify({
    event_id: id,
    type,
    occurred_at: new Date(occurredAt).toISOString(),
    received_at: new Date(receivedAt).toISOString(),
    data,
    log: position,
  });

/** The visits and generations of the user, by the rule of erasure; from one reading of the log. */
async function namesOf(deps: PersonExportDeps, userId: string): Promise<Names> {
  const user = await refsOf(deps.pool, [subjectName({ kind: 'user', id: userId })]);
  if (user.length === 0) throw new UnknownPersonError('Nothing is known of a person with this id.');
  const sessions = new Set<string>();
  const generations = new Set<string>();
  for await (const records of readAll(deps)) {
    const own = records.filter(({ value }) => sealedRefOf(value) === user[0]);
    for (const { event } of await decodeRecords(own, deps.keys)) {
      if (event?.data.session_id !== undefined) sessions.add(event.data.session_id);
      if (event?.type === 'generation-completed') generations.add(event.data.generation_id);
    }
  }
  const others = [
    ...[...sessions].map((id) => subjectName({ kind: 'session', id })),
    ...[...generations].map((id) => subjectName({ kind: 'generation', id })),
  ];
  return { userId, sessions, refs: new Set([...user, ...(await refsOf(deps.pool, others))]) };
}

async function* events(deps: PersonExportDeps, { refs }: Names): AsyncGenerator<string> {
  for await (const records of readAll(deps)) {
    const own = records.filter(({ value }: LogRecord) => refs.has(sealedRefOf(value) ?? ''));
    for (const { event } of await decodeRecords(own, deps.keys)) if (event) yield eventJson(event);
  }
}

/** Rows of the views that readers see which name the user or one of the visits. */
async function* rows(
  pool: DatabasePool,
  { table, columns }: { table: string; columns: readonly string[] },
  names: Names,
): AsyncGenerator<string> {
  const asked = [names.userId, ...names.sessions, `user:${names.userId}`, ...[...names.sessions].map((id) => `session:${id}`)];
  const where = columns.map((column) => `t.${quoted(column)} = any($1::text[])`).join(' or ');
  for (let offset = 0; ; offset += PAGE_ROWS) {
    const page = await pool.query<{ row: string }>(
      `select to_json(t)::text as row from picly.${quoted(table)} t where ${where} order by t::text limit ${PAGE_ROWS} offset ${offset}`,
      [asked],
    );
    for (const { row } of page) yield row;
    if (page.length < PAGE_ROWS) return;
  }
}

async function* list(items: AsyncIterable<string>): AsyncGenerator<string> {
  let separator = '[\n';
  for await (const item of items) {
    yield `${separator}${item}`;
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]' : '\n]';
}

/**
 * Everything about one person as one JSON text, piece by piece: every event of theirs in the log, all fields readable (mended ones a
 * second time, as they count since), and every row of the read models that names them. Throws `UnknownPersonError` before the first piece.
 */
export async function openPersonExport(deps: PersonExportDeps, userId: string): Promise<AsyncGenerator<string>> {
  const names = await namesOf(deps, userId);
  const columns = await deps.pool.query<NamingColumn>(NAMING_COLUMNS, [NAMING]);
  return pieces(deps, names, columns);
}

async function* pieces(deps: PersonExportDeps, names: Names, columns: readonly NamingColumn[]): AsyncGenerator<string> {
  const about = { user_id: names.userId, visits: [...names.sessions].sort(), exported_at: new Date().toISOString() };
  yield `{"person":${JSON.stringify(about)},\n"events":`;
  yield* list(events(deps, names));
  yield ',\n"rows":{';
  const tables = new Map<string, string[]>();
  for (const { table, column } of columns) tables.set(table, [...(tables.get(table) ?? []), column]);
  let separator = '\n';
  for (const [table, of] of tables) {
    yield `${separator}${JSON.stringify(table)}:`;
    yield* list(rows(deps.pool, { table, columns: of }, names));
    separator = ',\n';
  }
  yield '\n}}\n';
}
