import { type FoldSql, plainArray, textArray } from '@picly/projections';
import type { Fact, FactKind, Segments } from './fact';

/** What is known of a subject apart from its facts. */
export interface SubjectState {
  readonly firstSeen: number;
  readonly exposed: boolean;
}

interface SubjectRow {
  readonly subject: string;
  readonly first_seen_ms: number;
  readonly exposed: boolean;
}

/**
 * Makes the rows of subjects and locks them: whoever holds one may read and change what is counted for it. A new one is as it is
 * given; the rows answered are those before the batch, new ones left out.
 */
export async function lockSubjects(sql: FoldSql, given: ReadonlyMap<string, SubjectState>): Promise<Map<string, SubjectState>> {
  const subjects = [...given.keys()].sort();
  const states = subjects.map((subject) => given.get(subject));
  const made = await sql.query<{ subject: string }>(
    `insert into experiment_subjects (subject, first_seen_ms, exposed)
     select * from unnest($1::text[], $2::bigint[], $3::boolean[])
     on conflict do nothing returning subject`,
    [
      textArray(subjects),
      plainArray(states.map((state) => state?.firstSeen ?? 0)),
      plainArray(states.map((state) => state?.exposed === true)),
    ],
    'results make subjects',
  );
  const fresh = new Set(made.map(({ subject }) => subject));
  const known = subjects.filter((subject) => !fresh.has(subject));
  if (known.length === 0) return new Map();
  const rows = await sql.query<SubjectRow>(
    `select s.subject, s.first_seen_ms, s.exposed from experiment_subjects s where s.subject = any ($1::text[]) order by s.subject for update`,
    [textArray(known)],
    'results lock subjects',
  );
  return new Map(rows.map((row) => [row.subject, { firstSeen: row.first_seen_ms, exposed: row.exposed }]));
}

/** Keeps when subjects were first seen, and who was ever exposed. */
export async function saveSubjects(sql: FoldSql, changes: readonly ({ readonly subject: string } & SubjectState)[]): Promise<void> {
  if (changes.length === 0) return;
  await sql.query(
    `update experiment_subjects s set first_seen_ms = c.first_seen_ms, exposed = c.exposed
     from unnest($1::text[], $2::bigint[], $3::boolean[]) as c (subject, first_seen_ms, exposed) where s.subject = c.subject`,
    [
      textArray(changes.map(({ subject }) => subject)),
      plainArray(changes.map(({ firstSeen }) => firstSeen)),
      plainArray(changes.map(({ exposed }) => exposed)),
    ],
    'results save subjects',
  );
}

const COLUMNS = 'subject, event_id, at_ms, log_offset, kind, experiment, name, ref, ok, a_micros, b_micros, c_micros, currency, attributes';

export async function saveFacts(sql: FoldSql, facts: readonly Fact[]): Promise<void> {
  await sql.query(
    `insert into experiment_facts (${COLUMNS})
     select * from unnest($1::text[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::uuid[], $9::boolean[],
       $10::bigint[], $11::bigint[], $12::bigint[], $13::text[], $14::jsonb[])`,
    [
      textArray(facts.map(({ subject }) => subject)),
      plainArray(facts.map(({ eventId }) => eventId)),
      plainArray(facts.map(({ at }) => at)),
      plainArray(facts.map(({ offset }) => offset)),
      plainArray(facts.map(({ kind }) => kind)),
      textArray(facts.map(({ experiment }) => experiment)),
      textArray(facts.map(({ name }) => name)),
      plainArray(facts.map(({ ref }) => ref)),
      plainArray(facts.map(({ ok }) => ok)),
      plainArray(facts.map(({ a }) => a)),
      plainArray(facts.map(({ b }) => b)),
      plainArray(facts.map(({ c }) => c)),
      textArray(facts.map(({ currency }) => currency)),
      textArray(facts.map(({ attributes }) => (attributes === null ? null : JSON.stringify(attributes)))),
    ],
    'results save facts',
  );
}

interface FactRow {
  readonly subject: string;
  readonly event_id: string;
  readonly at_ms: number;
  readonly log_offset: number;
  readonly kind: FactKind;
  readonly experiment: string | null;
  readonly name: string | null;
  readonly ref: string | null;
  readonly ok: boolean | null;
  readonly a_micros: number | string | null;
  readonly b_micros: number | string | null;
  readonly c_micros: number | string | null;
  readonly currency: string | null;
  readonly attributes: Segments | null;
}

const big = (value: number | string | null): bigint | null => (value === null ? null : BigInt(value));

const factOf = (row: FactRow): Fact => ({
  subject: row.subject,
  eventId: row.event_id,
  at: row.at_ms,
  offset: row.log_offset,
  kind: row.kind,
  experiment: row.experiment,
  name: row.name,
  ref: row.ref,
  ok: row.ok,
  a: big(row.a_micros),
  b: big(row.b_micros),
  c: big(row.c_micros),
  currency: row.currency,
  attributes: row.attributes,
});

/** The facts of these kinds about these subjects, in no order. */
export async function loadFacts(sql: FoldSql, subjects: readonly string[], kinds: readonly FactKind[]): Promise<Map<string, Fact[]>> {
  const found = new Map<string, Fact[]>(subjects.map((subject) => [subject, []]));
  if (subjects.length === 0) return found;
  const rows = await sql.query<FactRow>(
    `select ${COLUMNS} from experiment_facts where subject = any ($1::text[]) and kind = any ($2::text[])`,
    [textArray(subjects), plainArray(kinds)],
    'results load facts',
  );
  for (const row of rows) found.get(row.subject)?.push(factOf(row));
  return found;
}

/** The facts that these events made. */
export async function factsOfEvents(sql: FoldSql, eventIds: readonly string[]): Promise<Fact[]> {
  const rows = await sql.query<FactRow>(`select ${COLUMNS} from experiment_facts where event_id = any ($1::uuid[])`, [
    plainArray(eventIds),
  ]);
  return rows.map(factOf);
}

/** Takes facts away; a subject of whom nothing is left was never there. */
export async function deleteFacts(sql: FoldSql, facts: readonly Fact[]): Promise<void> {
  await sql.query(
    `delete from experiment_facts f using unnest($1::text[], $2::uuid[]) as gone (subject, event_id)
     where f.subject = gone.subject and f.event_id = gone.event_id`,
    [textArray(facts.map(({ subject }) => subject)), plainArray(facts.map(({ eventId }) => eventId))],
  );
}

/** What is known of subjects by the facts that are left of them; rows of subjects without facts go. */
export async function recallSubjects(sql: FoldSql, subjects: readonly string[]): Promise<Map<string, SubjectState>> {
  await sql.query(
    `delete from experiment_subjects s where s.subject = any ($1::text[])
     and not exists (select from experiment_facts f where f.subject = s.subject)`,
    [textArray(subjects)],
  );
  const rows = await sql.query<SubjectRow>(
    `select subject, min(at_ms)::bigint as first_seen_ms, bool_or(kind = 'exposure') as exposed from experiment_facts
     where subject = any ($1::text[]) group by subject`,
    [textArray(subjects)],
  );
  return new Map(rows.map((row) => [row.subject, { firstSeen: row.first_seen_ms, exposed: row.exposed }]));
}

/** Subjects exposed in an experiment, of whom something happened from `from` on. */
export async function exposedSince(sql: FoldSql, experiment: string, from: number): Promise<string[]> {
  const rows = await sql.query<{ subject: string }>(
    `select distinct e.subject from experiment_facts e where e.kind = 'exposure' and e.experiment = $1
     and ($2::bigint is null or exists (select from experiment_facts f where f.subject = e.subject and f.at_ms >= $2)) order by 1`,
    [experiment, Number.isFinite(from) ? from : null],
    'results exposed since',
  );
  return rows.map(({ subject }) => subject);
}

export async function firstSeenOf(sql: FoldSql, subjects: readonly string[]): Promise<Map<string, number>> {
  const rows = await sql.query<SubjectRow>(
    'select subject, first_seen_ms from experiment_subjects where subject = any ($1::text[])',
    [textArray(subjects)],
    'results first seen',
  );
  return new Map(rows.map((row) => [row.subject, row.first_seen_ms]));
}
