import type { Sql } from '@picly/database';
import type { LogPosition } from '@picly/event-log';
import { RebuildRefusedError } from './errors';

/**
 * `rebuild`: the same description folded anew; `deploy`: a changed one; `verify`: a shadow that is compared and dropped; `side`: a copy
 * as of a moment, kept for inspection; `activate`, `rollback`: readers are switched to a version that is folded already.
 */
export type JobKind = 'rebuild' | 'deploy' | 'verify' | 'side' | 'activate' | 'rollback';
export type JobState = 'requested' | 'building' | 'comparing' | 'switching' | 'done' | 'failed' | 'cancelled';

/** When a rebuilt version is shown to readers: whatever the comparison says, only when nothing differs, or on request (`activate`). */
export type SwitchRule = 'always' | 'equal' | 'never';

/** Where a side copy ends: events received before a time (milliseconds since the epoch), or the positions of a token. */
export type Until = { readonly time_ms: number } | { readonly positions: readonly LogPosition[] };

export interface PartitionProgress {
  readonly topic: string;
  readonly partition: number;
  /** The next event to be folded. */
  readonly position: number;
  /** Where folding is to come to, as far as is known. */
  readonly end: number;
  readonly events_per_second: number;
  /** Seconds; null while there is no rate. */
  readonly remaining_s: number | null;
}

export interface Progress {
  /** Events read, over all starts. */
  readonly events: number;
  readonly total: number;
  readonly events_per_second: number;
  readonly remaining_s: number | null;
  readonly partitions: readonly PartitionProgress[];
}

export interface TableComparison {
  readonly table: string;
  readonly base_rows: number | null;
  readonly built_rows: number | null;
  readonly base_digest: string | null;
  readonly built_digest: string | null;
  /** Rows that differ. */
  readonly differences: number;
  /** Why rows could not be compared one by one. */
  readonly note?: string;
}

export interface Comparison {
  readonly base_version: number;
  readonly built_version: number;
  /** The same for both: every digest is of these positions. */
  readonly positions: readonly LogPosition[];
  readonly differences: number;
  readonly tables: readonly TableComparison[];
}

export interface Job {
  readonly id: number;
  readonly pass: string;
  readonly kind: JobKind;
  readonly projection: string;
  readonly base_version: number | null;
  readonly version: number | null;
  readonly code_version: number | null;
  readonly definition: string | null;
  readonly switch: SwitchRule;
  readonly until: Until | null;
  readonly label: string | null;
  readonly state: JobState;
  readonly message: string | null;
  readonly progress: Progress | null;
  readonly comparison: Comparison | null;
  /** How often the work was begun: more than 1 after a process ended in the middle of it. */
  readonly starts: number;
  readonly cancelled: boolean;
  readonly owner: string | null;
  readonly fence: number;
  readonly requested_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
}

export interface NewJob {
  readonly pass: string;
  readonly kind: JobKind;
  readonly projection: string;
  readonly version?: number;
  readonly code?: { readonly version: number; readonly definition: string };
  readonly switch?: SwitchRule;
  readonly until?: Until;
  readonly label?: string;
}

const COLUMNS = `id, pass, kind, projection, base_version, version, code_version, definition, switch, until, label, state, message, progress,
  comparison, starts, cancelled, owner, fence, requested_at, started_at, finished_at`;

/** Asks for work; throws `RebuildRefusedError` while other work on the projection is unfinished. */
export async function requestJob(sql: Sql, job: NewJob): Promise<Job> {
  const [row] = await sql.query<Job>(
    `insert into runtime.projection_jobs (pass, kind, projection, version, code_version, definition, switch, until, label)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (projection) where finished_at is null do nothing returning ${COLUMNS}`,
    [
      job.pass,
      job.kind,
      job.projection,
      job.version ?? null,
      job.code?.version ?? null,
      job.code?.definition ?? null,
      job.switch ?? 'always',
      job.until ? JSON.stringify(job.until) : null,
      job.label ?? null,
    ],
  );
  if (row) return row;
  throw await busy(sql, job.projection);
}

async function busy(sql: Sql, projection: string): Promise<RebuildRefusedError> {
  const open = await openJob(sql, projection);
  const what = open ? `${NOUNS[open.kind]} of ${projection} is ${open.state}` : `other work on ${projection} has just ended`;
  const share = open?.progress && open.progress.total > 0 ? ` (${Math.floor((100 * open.progress.events) / open.progress.total)} %)` : '';
  return new RebuildRefusedError('REBUILD_RUNNING', `${what}${share}: wait for it, or cancel it (picly rebuild --cancel ${projection})`);
}

export const NOUNS: Readonly<Record<JobKind, string>> = {
  rebuild: 'a rebuild',
  deploy: 'a deployment',
  verify: 'a verification',
  side: 'a side copy',
  activate: 'an activation',
  rollback: 'a rollback',
};

export async function openJob(sql: Sql, projection: string): Promise<Job | undefined> {
  const rows = await sql.query<Job>(`select ${COLUMNS} from runtime.projection_jobs where projection = $1 and finished_at is null`, [
    projection,
  ]);
  return rows[0];
}

export async function jobById(sql: Sql, id: number): Promise<Job | undefined> {
  const rows = await sql.query<Job>(`select ${COLUMNS} from runtime.projection_jobs where id = $1`, [id]);
  return rows[0];
}

/** The latest first; of one projection or of all. */
export async function listJobs(sql: Sql, filter: { readonly projection?: string; readonly limit: number }): Promise<Job[]> {
  return sql.query<Job>(
    `select ${COLUMNS} from runtime.projection_jobs where ($1::text is null or projection = $1) order by id desc limit $2`,
    [filter.projection ?? null, filter.limit],
  );
}

/** What a process has code for. */
export interface Skill {
  readonly projection: string;
  readonly code_version: number;
  readonly definition: string;
}

/** Jobs to be taken: nobody is at them, and these skills suffice. Costs one query when there is nothing. */
const TAKE = `
  update runtime.projection_jobs j
     set owner = $4, lease_until = now() + make_interval(secs => $5), fence = j.fence + 1, starts = j.starts + 1,
         started_at = coalesce(j.started_at, now())
   where j.id in (
     select c.id from runtime.projection_jobs c
       join unnest($1::text[], $2::int[], $3::text[]) as s(projection, code_version, definition)
         on s.projection = c.projection
        and (c.code_version is null or c.code_version = s.code_version and c.definition = s.definition)
      where c.finished_at is null and (c.lease_until is null or c.lease_until < now())
      order by c.id for update of c skip locked)
  returning ${COLUMNS.replaceAll(/\b([a-z_]+)\b/g, 'j.$1')}`;

export async function takeJobs(sql: Sql, skills: readonly Skill[], owner: string, leaseS: number): Promise<Job[]> {
  const rows = await sql.query<Job>(
    TAKE,
    [skills.map((s) => s.projection), skills.map((s) => s.code_version), skills.map((s) => s.definition), owner, leaseS],
    'projection_jobs_take',
  );
  return rows.sort((a, b) => a.id - b.id);
}

/** What its holder may change about a job. */
export interface JobChange {
  readonly state?: JobState;
  readonly message?: string;
  readonly progress?: Progress;
  readonly comparison?: Comparison;
  readonly version?: number;
  readonly base_version?: number;
  readonly code?: Skill;
  readonly until?: Until;
  readonly finished?: true;
}

const CHANGE = `
  update runtime.projection_jobs
     set lease_until = now() + make_interval(secs => $3), state = coalesce($4, state), message = coalesce($5, message),
         progress = coalesce($6, progress), comparison = coalesce($7, comparison), version = coalesce($8, version),
         base_version = coalesce($9, base_version), code_version = coalesce($10, code_version), definition = coalesce($11, definition),
         until = coalesce($12, until), finished_at = case when $13 then now() else finished_at end
   where id = $1 and fence = $2 and finished_at is null
  returning cancelled`;

const json = (value: object | undefined): string | null => (value === undefined ? null : JSON.stringify(value));

/**
 * Renews the lease and notes what is new; answers whether the job is to be given up by request. Throws `LeaseLostError` when somebody
 * else has taken the job: whatever this process did not commit before must not be committed.
 */
export async function changeJob(sql: Sql, { id, fence }: Pick<Job, 'id' | 'fence'>, change: JobChange, leaseS: number): Promise<boolean> {
  const [row] = await sql.query<{ cancelled: boolean }>(CHANGE, [id, fence, leaseS, ...valuesOf(change)]);
  if (!row) throw new LeaseLostError();
  return row.cancelled;
}

function valuesOf(change: JobChange): unknown[] {
  const { code, progress, comparison, until } = change;
  const documents = [json(progress), json(comparison)];
  const values = [change.state, change.message, ...documents, change.version, change.base_version, code?.code_version, code?.definition];
  return [...values.map((value) => value ?? null), json(until), change.finished === true];
}

/** Another process has taken the job over. */
export class LeaseLostError extends Error {
  readonly code = 'REBUILD_LEASE_LOST';
  readonly retryable = false;
  constructor() {
    super('another process has taken the job over');
    this.name = this.code;
  }
}

/** Lets others take the job at once. */
export async function releaseJob(sql: Sql, { id, fence }: Pick<Job, 'id' | 'fence'>): Promise<void> {
  await sql.query('update runtime.projection_jobs set lease_until = null where id = $1 and fence = $2 and finished_at is null', [
    id,
    fence,
  ]);
}
