import { inTransaction, type DatabasePool, type Sql } from '@picly/database';
import type { Audit, Projection } from '../define';
import { describe } from '../failure';
import { quoted, schemaOf } from '../names';
import { DISCARDED, PARKED } from '../status';

export interface AuditResult {
  readonly projection: string;
  readonly version: number;
  readonly audit: string;
  /** RFC 3339. */
  readonly ran_at: string;
  readonly took_ms: number;
  /** Rows that break the rule; -1 when the question itself failed (see `error`). */
  readonly offending: number;
  /** Some of them. */
  readonly sample: readonly Readonly<Record<string, unknown>>[];
  readonly error: string | null;
}

/** Of every version: each event between its first position and the next was folded, seen before, parked or discarded. */
const EVERY_EVENT_IS_ACCOUNTED_FOR: Audit = {
  name: 'every-event-is-accounted-for',
  sql: `select * from (
          select v.projection, v.version, (select count(*) from processed_events) as folded,
                 (select coalesce(sum(next_offset - first_offset), 0) from runtime.checkpoints c
                   where c.projection = v.projection and c.version = v.version) as passed,
                 (select coalesce(sum(duplicates), 0) from runtime.checkpoints c
                   where c.projection = v.projection and c.version = v.version) as duplicates,
                 ${PARKED} as dead_letters, ${DISCARDED} as discarded
            from runtime.projection_versions v where v.schema_name = current_schema()) counts
         where folded + duplicates + dead_letters + discarded <> passed`,
};

const SAMPLE_ROWS = 20;
const KEEP_RUNS = 200;

/** Seconds after which nothing is due any more: audits then run on request only. */
const NEVER_S = 1_000_000_000;

/** Claims the audits that are due: of several instances one asks. `intervalS` 0: only those that were requested. */
export async function takeDueAudits(sql: Sql, names: readonly string[], intervalS: number): Promise<string[]> {
  const rows = await sql.query<{ name: string }>(
    `update runtime.projections set next_audit_at = now() + make_interval(secs => $2)
      where name in (select name from runtime.projections
                      where name = any($1) and coalesce(next_audit_at <= now(), $3) for update skip locked)
      returning name`,
    [names, intervalS === 0 ? NEVER_S : intervalS, intervalS > 0],
    'audits_due',
  );
  return rows.map(({ name }) => name);
}

/** Asks for the audits to be run as soon as the service that owns the projection looks. */
export async function requestAudits(sql: Sql, name: string): Promise<void> {
  await sql.query('update runtime.projections set next_audit_at = now() where name = $1', [name]);
}

/** Runs the audits of a projection (numbered as the version to look at) and keeps the results. */
export async function runAudits(pool: DatabasePool, projection: Projection): Promise<AuditResult[]> {
  const results: AuditResult[] = [];
  for (const audit of [EVERY_EVENT_IS_ACCOUNTED_FOR, ...(projection.audits ?? [])]) results.push(await runAudit(pool, projection, audit));
  return results;
}

async function runAudit(pool: DatabasePool, projection: Projection, audit: Audit): Promise<AuditResult> {
  const startedAt = performance.now();
  const outcome = await ask(pool, projection, audit).catch((error: unknown) => ({ offending: -1, sample: [], error: describe(error) }));
  const result = {
    projection: projection.name,
    version: projection.version,
    audit: audit.name,
    took_ms: Math.round(performance.now() - startedAt),
    ...outcome,
  };
  const [row] = await pool.query<{ ran_at: Date }>(
    `insert into runtime.projection_audits (projection, version, audit, took_ms, offending, sample, error)
     values ($1, $2, $3, $4, $5, $6, $7) returning ran_at`,
    [result.projection, result.version, result.audit, result.took_ms, result.offending, JSON.stringify(result.sample), result.error],
  );
  await pool.query(
    `delete from runtime.projection_audits where projection = $1 and audit = $2
        and id <= (select id from runtime.projection_audits where projection = $1 and audit = $2 order by id desc offset $3 limit 1)`,
    [result.projection, result.audit, KEEP_RUNS],
  );
  return { ...result, ran_at: (row?.ran_at ?? new Date()).toISOString() };
}

interface Asked {
  readonly offending: number;
  readonly sample: readonly Readonly<Record<string, unknown>>[];
  readonly error: string | null;
}

async function ask(pool: DatabasePool, projection: Projection, { sql: question }: Audit): Promise<Asked> {
  return inTransaction(
    pool,
    async (sql) => {
      const rows = await sql.query<{ total: number; row: Readonly<Record<string, unknown>> }>(
        `select count(*) over () as total, to_jsonb(found) as row from (${question}) found limit ${SAMPLE_ROWS}`,
      );
      return { offending: rows[0]?.total ?? 0, sample: rows.map(({ row }) => row), error: null };
    },
    { readOnly: true, settings: { search_path: `${quoted(schemaOf(projection))}, public` } },
  );
}

const LATEST = `
  select distinct on (projection, audit) projection, version, audit, ran_at, took_ms, offending, sample, error
    from runtime.projection_audits
   where $1::text is null or projection = $1
   order by projection, audit, id desc`;

/** The latest result of each audit. */
export async function latestAudits(sql: Sql, projection?: string): Promise<AuditResult[]> {
  const rows = await sql.query<Omit<AuditResult, 'ran_at'> & { readonly ran_at: Date }>(LATEST, [projection ?? null]);
  return rows.map((row) => ({ ...row, ran_at: row.ran_at.toISOString() }));
}
