import type { DecodedEvent } from '@picly/contracts';
import type { DatabasePool } from '@picly/database';
import type { EventLog, LogRecord } from '@picly/event-log';
import { subjectName, type KeyReader } from '@picly/personal-data';
import { decodeRecords, fixedCopies } from '@picly/projections';
import { namesBehind } from './collect';
import { UnknownPersonError } from './errors';
import { readLog, sealedRefOf } from './scan-log';

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
  readonly sessions: readonly string[];
  readonly refs: ReadonlySet<string>;
}

async function refsOf(pool: DatabasePool, names: Iterable<string>): Promise<ReadonlySet<string>> {
  const rows = await pool.query<{ ref: string }>('select ref from runtime.person_keys where subject = any($1::text[])', [[...names]]);
  return new Set(rows.map(({ ref }) => ref));
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

/** Whose events name others of the person's: first the user, then the visits that were found. */
const FOLLOWED = ['user:', 'session:'];
const SESSION = /^session:/;

/** The visits and generations of the user, by the rule of erasure (`collectNames`): exactly what an erasure would destroy. */
async function namesOf(deps: PersonExportDeps, userId: string): Promise<Names> {
  const names = new Set([subjectName({ kind: 'user', id: userId })]);
  if ((await refsOf(deps.pool, names)).size === 0) throw new UnknownPersonError('Nothing is known of a person with this id.');
  for (const kind of FOLLOWED) {
    const followed = await refsOf(
      deps.pool,
      [...names].filter((name) => name.startsWith(kind)),
    );
    if (followed.size === 0) continue;
    for await (const found of namesBehind(deps, followed)) for (const name of found.names) names.add(name);
  }
  const sessions = [...names].filter((name) => SESSION.test(name)).map((name) => name.replace(SESSION, ''));
  return { userId, sessions, refs: await refsOf(deps.pool, names) };
}

/**
 * As they came, then as mended ones read since. A mend is noted for each projection that it was made for: what reads the same is told
 * once.
 */
async function* events(deps: PersonExportDeps, { refs }: Names): AsyncGenerator<string> {
  const told = async (records: readonly LogRecord[]): Promise<string[]> => {
    const own = records.filter(({ value }) => refs.has(sealedRefOf(value) ?? ''));
    return (await decodeRecords(own, deps.keys)).flatMap(({ event }) => (event ? [eventJson(event)] : []));
  };
  for await (const records of readLog(deps.log)) yield* await told(records);
  yield* new Set(await told((await fixedCopies(deps.pool)).map(({ fixed }) => fixed)));
}

/** Rows of the views that readers see which name the user or one of the visits. */
async function* rows(
  pool: DatabasePool,
  { table, columns }: { table: string; columns: readonly string[] },
  names: Names,
): AsyncGenerator<string> {
  const asked = [names.userId, ...names.sessions, `user:${names.userId}`, ...names.sessions.map((id) => `session:${id}`)];
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
