import { inTransaction, type DatabasePool } from '@picly/database';
import type { EventLog } from '@picly/event-log';
import { inPublication, lockPublication, publish } from '../activate';
import type { Projection } from '../define';
import { idOf, placeOf, topicsOf } from '../names';
import { createTables, definitionOf, installedVersions, nextVersion, numbered, registerVersion } from '../versions';
import { RebuildFailedError } from './errors';
import { changeJob, type Job } from './jobs';
import { untilPositions } from './until';

/** Seconds after which others may take a job whose holder is not heard of. */
export const LEASE_S = 10;

/** A job that builds a version, ready to be worked on. */
export interface Task {
  readonly job: Job;
  /** Numbered as what is built. */
  readonly projection: Projection;
  /** The version that readers saw when it began. */
  readonly base: number;
  /** Where a side copy ends, by place. */
  readonly until: ReadonlyMap<string, number> | undefined;
}

/** Makes the version's tables, or finds those of an earlier start. Throws `RebuildFailedError` when the log does not reach back far enough. */
export async function prepare(pool: DatabasePool, log: EventLog, { job, code }: { job: Job; code: Projection }): Promise<Task> {
  const { name } = code;
  const { version, base } = await registered(pool, job, code);
  await refuseGaps(pool, log, { code, base });
  await createTables(pool, code, version);
  if (job.kind === 'deploy') await showColumns(pool, { name, version, base });
  const until = job.kind === 'side' && job.until ? await untilPositions(log, topicsOf(code), job.until) : undefined;
  const skill = { projection: name, code_version: code.version, definition: definitionOf(code) };
  await changeJob(
    pool,
    job,
    {
      state: 'building',
      code: skill,
      ...(until && { until: { positions: until } }),
    },
    LEASE_S,
  );
  return {
    job: { ...job, version, base_version: base },
    projection: numbered(code, version),
    base,
    until: until && new Map(until.map((position) => [placeOf(position), position.offset])),
  };
}

async function registered(pool: DatabasePool, job: Job, code: Projection): Promise<{ version: number; base: number }> {
  return inTransaction(pool, async (sql) => {
    await lockPublication(sql);
    const installed = await installedVersions(sql, [code.name]);
    const active = installed.find((version) => version.active)?.version ?? code.version;
    const version = job.version ?? (await nextVersion(sql, code));
    if (!installed.some((known) => known.version === version)) {
      await registerVersion(sql, code, { version, state: 'building', ...(job.label !== null && { label: job.label }) });
    }
    const base = job.base_version ?? active;
    await changeJob(sql, job, { version, base_version: base }, LEASE_S);
    return { version, base };
  });
}

/** What the serving version has folded and the log does not have any more would be missing in the new one. */
async function refuseGaps(pool: DatabasePool, log: EventLog, { code, base }: { code: Projection; base: number }): Promise<void> {
  const bounds = await log.bounds(topicsOf(code));
  const rows = await pool.query<{ topic: string; partition: number; first_offset: number; next_offset: number }>(
    'select topic, partition, first_offset, next_offset from runtime.checkpoints where projection = $1 and version = $2',
    [code.name, base],
  );
  const known = new Map(rows.map((row) => [placeOf(row), row]));
  for (const bound of bounds) {
    const row = known.get(placeOf(bound));
    const folded = row && row.next_offset > row.first_offset ? row.first_offset : 0;
    if (bound.start <= folded) continue;
    throw new RebuildFailedError(
      'LOG_INCOMPLETE',
      `the log of ${placeOf(bound)} begins at ${bound.start}: ${bound.start - folded} events that ${idOf({ name: code.name, version: base })} ` +
        'may have folded are gone, and would be missing after a rebuild',
    );
  }
}

/** Readers of the new release find its columns (as null) until its version is shown. */
async function showColumns(pool: DatabasePool, { name, version, base }: { name: string; version: number; base: number }): Promise<void> {
  await inPublication(pool, async (sql) => {
    const [row] = await sql.query<{ active: number }>('select active_version as active from runtime.projections where name = $1', [name]);
    if (row?.active === base) await publish(sql, { name, version: base }, { name, version });
  });
}
