import type { Sql } from '@picly/database';
import { latestAudits, type AuditResult } from './audits';

/** The last comparison of what serves with what the log says, of one projection. */
export interface Verification {
  readonly projection: string;
  /** The version that served. */
  readonly version: number;
  readonly job: number;
  /** RFC 3339. */
  readonly finished_at: string;
  /** Rows that differ, over all tables. */
  readonly differences: number;
  readonly message: string | null;
}

/** What was last found out about the rows of projections. */
export interface Checks {
  readonly verifications: readonly Verification[];
  readonly audits: readonly AuditResult[];
}

const VERIFIED = `
  select distinct on (projection) projection, base_version as version, id as job, finished_at,
         (comparison ->> 'differences')::bigint as differences, message
    from runtime.projection_jobs
   where kind = 'verify' and state = 'done' and comparison is not null
   order by projection, id desc`;

/** The latest verification of each projection and the latest result of each audit. */
export async function latestChecks(sql: Sql): Promise<Checks> {
  const verified = await sql.query<Omit<Verification, 'finished_at'> & { readonly finished_at: Date }>(VERIFIED, [], 'checks_verified');
  return {
    verifications: verified.map((row) => ({ ...row, finished_at: row.finished_at.toISOString() })),
    audits: await latestAudits(sql),
  };
}
