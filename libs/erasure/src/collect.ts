import type { DecodedEvent } from '@picly/contracts';
import { inTransaction, type DatabasePool, type Sql } from '@picly/database';
import type { EventLog } from '@picly/event-log';
import { subjectName, type KeyReader } from '@picly/personal-data';
import { decodeRecords } from '@picly/projections';
import { readAll, sealedRefOf } from './scan-log';

export interface CollectDeps {
  readonly pool: DatabasePool;
  readonly log: EventLog;
  readonly keys: KeyReader;
}

const KEEP_NAMES = `
  insert into runtime.erasure_names (erasure, name)
  select erasure, name from unnest($1::uuid[], $2::text[]) as found(erasure, name) on conflict do nothing`;
const REFS = `
  select k.ref, n.erasure from runtime.person_keys k join runtime.erasure_names n on n.name = k.subject
   where n.erasure = any($1::uuid[]) and k.subject like $2`;

/** What else belongs to the person of an event: the visit it names, and the generation it made. */
function namesIn(event: DecodedEvent): string[] {
  const names: string[] = [];
  const { session_id: session } = event.data;
  if (session !== undefined) names.push(subjectName({ kind: 'session', id: session }));
  if (event.type === 'generation-completed') names.push(subjectName({ kind: 'generation', id: event.data.generation_id }));
  return names;
}

/** The erasures that destroy each key: several when people shared a visit. */
async function erasuresByRef(pool: DatabasePool, erasures: readonly string[], kind: 'user' | 'session'): Promise<Map<string, string[]>> {
  const byRef = new Map<string, string[]>();
  for (const { ref, erasure } of await pool.query<{ ref: string; erasure: string }>(REFS, [erasures, `${kind}:%`])) {
    byRef.set(ref, [...(byRef.get(ref) ?? []), erasure]);
  }
  return byRef;
}

interface Found {
  readonly ref: string;
  readonly names: readonly string[];
}

/** What the events that these keys open name. */
export async function* namesBehind(deps: CollectDeps, refs: { has(ref: string): boolean }): AsyncGenerator<Found> {
  for await (const records of readAll(deps)) {
    const own = records.filter(({ value }) => refs.has(sealedRefOf(value) ?? ''));
    for (const { event, record } of await decodeRecords(own, deps.keys)) {
      if (event) yield { ref: sealedRefOf(record.value) ?? '', names: namesIn(event) };
    }
  }
}

async function collectFrom(deps: CollectDeps, erasures: readonly string[], kind: 'user' | 'session'): Promise<void> {
  const byRef = await erasuresByRef(deps.pool, erasures, kind);
  if (byRef.size === 0) return;
  const collected = new Map(erasures.map((erasure) => [erasure, new Set<string>()]));
  for await (const { ref, names } of namesBehind(deps, byRef)) {
    for (const erasure of byRef.get(ref) ?? []) for (const name of names) collected.get(erasure)?.add(name);
  }
  for (const [erasure, own] of collected) {
    if (own.size > 0) await deps.pool.query(KEEP_NAMES, [Array.from(own, () => erasure), [...own]]);
  }
}

/**
 * Finds every name whose key goes with the person's: the visits that an event of the person names, and the generations that the
 * person or one of these visits made. Needs the person's key, and so comes first; changes nothing but its own notes. The log is read
 * once for all people, and once for all of their visits.
 */
export async function collectNames(deps: CollectDeps, erasures: readonly string[]): Promise<void> {
  await collectFrom(deps, erasures, 'user');
  await collectFrom(deps, erasures, 'session');
  await inTransaction(deps.pool, (sql) => suppress(sql, erasures));
}

/** From here on no name of the erasure gets a key: whoever asks for one in a later statement finds it erased. */
async function suppress(sql: Sql, erasures: readonly string[]): Promise<void> {
  await sql.query(
    `insert into runtime.erased_subjects (hash)
     select distinct runtime.person_hash(name) from runtime.erasure_names where erasure = any($1::uuid[]) on conflict do nothing`,
    [erasures],
  );
  await sql.query('update runtime.person_keys_destroyed set times = times + 1');
  await sql.query(`update runtime.erasures set state = 'destroying' where id = any($1::uuid[]) and state = 'collecting'`, [erasures]);
}
