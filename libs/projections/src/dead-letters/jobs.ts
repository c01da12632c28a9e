import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '@picly/database';
import type { AnyProjection } from '../names';
import type { Note } from './letters';
import type { Settlement, StillParked } from './settle';

/** What is asked of whoever folds a version: letters can only be settled by its code. */
export interface SettleJob extends Note {
  readonly id: number;
  readonly projection: string;
  readonly version: number;
  readonly letters: readonly number[];
  /** How many of the letters are done. */
  readonly done: number;
}

/** A letter that is still parked; or, when `code` is that of a refusal, one that was not even tried. */
export type SettleFailure = StillParked;

export interface SettleOutcome {
  readonly folded: number;
  readonly duplicates: number;
  readonly discarded: number;
  readonly failures: readonly SettleFailure[];
}

interface JobRow {
  readonly id: number;
  readonly projection: string;
  readonly version: number;
  readonly action: Note['action'];
  readonly letters: readonly number[];
  readonly done: number;
  readonly author: string;
  readonly reason: string | null;
  readonly fixed_headers: Readonly<Record<string, string>> | null;
  readonly fixed_value: Buffer | null;
}

export interface SettleRequest extends Note, AnyProjection {
  readonly letters: readonly number[];
}

const KEPT = `interval '7 days'`;

/** Asks for letters of one version to be settled, one after the other; answers the number of the job. */
export async function requestSettlement(sql: Sql, request: SettleRequest): Promise<number> {
  await sql.query(`delete from runtime.dead_letter_jobs where finished_at < now() - ${KEPT}`);
  const [row] = await sql.query<{ id: number }>(
    `insert into runtime.dead_letter_jobs (projection, version, action, letters, author, reason, fixed_headers, fixed_value)
     values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`,
    [
      request.name,
      request.version,
      request.action,
      request.letters,
      request.author,
      request.reason,
      request.fixed ? JSON.stringify(request.fixed.headers) : null,
      request.fixed?.value ?? null,
    ],
  );
  return row?.id ?? 0;
}

const POLL_MS = 25;

/**
 * Resolves when the job is done. `undefined` when nobody has begun with it for `patienceMs`: it is withdrawn then, and nothing of it will
 * happen.
 */
export async function settlementOutcome(sql: Sql, job: number, patienceMs: number): Promise<SettleOutcome | undefined> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const [row] = await sql.query<SettleOutcome & { readonly finished: boolean }>(
      `select folded, duplicates, discarded, failures, finished_at is not null as finished from runtime.dead_letter_jobs where id = $1`,
      [job],
      'dead_letter_jobs_outcome',
    );
    if (!row) return undefined;
    if (row.finished) return { folded: row.folded, duplicates: row.duplicates, discarded: row.discarded, failures: row.failures };
    if (performance.now() > until && (await withdrawn(sql, job))) return undefined;
    await sleep(POLL_MS);
  }
}

/** True when nobody was at it. */
async function withdrawn(sql: Sql, job: number): Promise<boolean> {
  const rows = await sql.query(
    `delete from runtime.dead_letter_jobs
      where id in (select id from runtime.dead_letter_jobs where id = $1 and done = 0 and finished_at is null for update skip locked)
     returning id`,
    [job],
  );
  return rows.length > 0;
}

const OPEN = `
  select j.id, j.projection, j.version, j.action, j.letters, j.done, j.author, j.reason, j.fixed_headers, j.fixed_value
    from runtime.dead_letter_jobs j
    join unnest($1::text[], $2::int[]) as s(projection, version) on s.projection = j.projection and s.version = j.version
   where j.finished_at is null
   order by j.id limit 1`;

/** The oldest job that these versions suffice for. */
export async function openJob(sql: Sql, versions: readonly AnyProjection[]): Promise<SettleJob | undefined> {
  const [row] = await sql.query<JobRow>(
    OPEN,
    [versions.map(({ name }) => name), versions.map(({ version }) => version)],
    'dead_letter_jobs_open',
  );
  if (!row) return undefined;
  const { fixed_headers: headers, fixed_value: value, ...job } = row;
  return { ...job, ...(value && { fixed: { headers: headers ?? {}, value } }) };
}

/** True when the step is this instance's to make; held until the transaction ends. */
export async function holdStep(sql: Sql, { id, done }: SettleJob): Promise<boolean> {
  const rows = await sql.query(
    'select from runtime.dead_letter_jobs where id = $1 and done = $2 and finished_at is null for update skip locked',
    [id, done],
    'dead_letter_jobs_hold',
  );
  return rows.length > 0;
}

const ADVANCE = `
  update runtime.dead_letter_jobs
     set done = done + 1, folded = folded + $3, duplicates = duplicates + $4, discarded = discarded + $5, failures = failures || $6::jsonb,
         finished_at = case when done + 1 >= cardinality(letters) then clock_timestamp() end
   where id = $1 and done = $2 and finished_at is null`;

/** One letter of the job is done, in the transaction of its effect. */
export async function advanceJob(sql: Sql, { id, done }: SettleJob, settled: Settlement): Promise<void> {
  const failures = settled.stillParked ? [settled.stillParked] : [];
  await sql.query(
    ADVANCE,
    [id, done, settled.folded, settled.duplicates, settled.discarded, JSON.stringify(failures)],
    'dead_letter_jobs_advance',
  );
}

const UNSETTLED = `
  select distinct on (d.projection, d.version, d.topic, d.key) d.id, d.projection, d.version
    from unnest($1::text[], $2::int[]) as s(projection, version)
    join runtime.dead_letters d on d.projection = s.projection and d.version = s.version
    join runtime.dead_letter_history h on h.projection = d.projection and h.topic = d.topic and h.partition = d.partition
                                      and h."offset" = d."offset" and h.action <> 'replay' and h.at > d.last_seen
   order by d.projection, d.version, d.topic, d.key, d.sequence
   limit 100`;

/** Letters of these versions about whose event somebody has decided since they were parked, for another version. */
export async function decidedElsewhere(
  sql: Sql,
  versions: readonly AnyProjection[],
): Promise<readonly { readonly id: number; readonly projection: string; readonly version: number }[]> {
  return sql.query(UNSETTLED, [versions.map(({ name }) => name), versions.map(({ version }) => version)], 'dead_letters_decided_elsewhere');
}
