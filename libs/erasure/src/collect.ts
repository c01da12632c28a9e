import type { DecodedEvent } from '@picly/contracts';
import { inTransaction, type DatabasePool, type Sql } from '@picly/database';
import type { EventLog } from '@picly/event-log';
import { subjectName, type KeyReader } from '@picly/personal-data';
import { decodeRecords } from '@picly/projections';
import { scanLog, sealedRefOf } from './scan-log';

export interface CollectDeps {
  readonly pool: DatabasePool;
  readonly log: EventLog;
  readonly keys: KeyReader;
}

const KEEP_NAMES = `
  insert into runtime.erasure_names (erasure, name) select $1, name from unnest($2::text[]) as name on conflict do nothing`;
const REFS = `
  select k.ref from runtime.person_keys k join runtime.erasure_names n on n.name = k.subject
   where n.erasure = $1 and k.subject like $2`;

/** What else belongs to the person of an event: the visit it names, and the generation it made. */
function namesIn(event: DecodedEvent): string[] {
  const names: string[] = [];
  const { session_id: session } = event.data;
  if (session !== undefined) names.push(subjectName({ kind: 'session', id: session }));
  if (event.type === 'generation-completed') names.push(subjectName({ kind: 'generation', id: event.data.generation_id }));
  return names;
}

async function collectFrom(deps: CollectDeps, erasure: string, kind: 'user' | 'session'): Promise<void> {
  const rows = await deps.pool.query<{ ref: string }>(REFS, [erasure, `${kind}:%`]);
  if (rows.length === 0) return;
  const refs = new Set(rows.map(({ ref }) => ref));
  const names = new Set<string>();
  await scanLog(deps.log, {
    visit: async (records) => {
      const own = records.filter(({ value }) => refs.has(sealedRefOf(value) ?? ''));
      for (const { event } of await decodeRecords(own, deps.keys)) for (const name of event ? namesIn(event) : []) names.add(name);
    },
  });
  await deps.pool.query(KEEP_NAMES, [erasure, [...names]]);
}

/**
 * Finds every name whose key goes with the person's: the visits that an event of the person names, and the generations that the
 * person or one of these visits made. Needs the person's key, and so comes first; changes nothing but its own notes.
 */
export async function collectNames(deps: CollectDeps, erasure: string): Promise<void> {
  await collectFrom(deps, erasure, 'user');
  await collectFrom(deps, erasure, 'session');
  await inTransaction(deps.pool, (sql) => suppress(sql, erasure));
}

/** From here on no name of the erasure gets a key: whoever asks for one in a later statement finds it erased. */
async function suppress(sql: Sql, erasure: string): Promise<void> {
  await sql.query(
    `insert into runtime.erased_subjects (hash)
     select runtime.person_hash(name) from runtime.erasure_names where erasure = $1 on conflict do nothing`,
    [erasure],
  );
  await sql.query('update runtime.person_keys_destroyed set times = times + 1');
  await sql.query(`update runtime.erasures set state = 'destroying' where id = $1 and state = 'collecting'`, [erasure]);
}
