import { randomUUID } from 'node:crypto';
import { inTransaction, type DatabasePool, type Transaction } from '@picly/database';
import { inPublication, lockPublication, publish } from '../activate';
import type { Projection } from '../define';
import { createTables, definitionOf, installedVersions, isBuiltBy, nextVersion, registerVersion, removeWithin } from '../versions';
import { RebuildRefusedError } from './errors';
import { openJob, requestJob, type Job } from './jobs';

interface Planned {
  readonly version: number;
  readonly base: number;
  /** The active version has folded nothing: there is nothing to build either. */
  readonly empty: boolean;
}

/**
 * Asks for a changed description to be built beside the active version and shown once it has caught up. Until then the published views
 * have its columns too (as null), so that its readers find what they ask for. Throws `RebuildRefusedError` while somebody is at work on
 * another description.
 */
export async function requestDeployment(pool: DatabasePool, projection: Projection, log: (line: string) => void): Promise<void> {
  const planned = await inTransaction(pool, async (sql) => {
    await lockPublication(sql);
    return plan(sql, projection);
  });
  if (!planned) return;
  const { version, base, empty } = planned;
  const { name } = projection;
  await createTables(pool, projection, version);
  await inPublication(pool, async (sql) => {
    const [row] = await sql.query<{ active: number }>('select active_version as active from runtime.projections where name = $1', [name]);
    if (row?.active !== base) return;
    if (empty) await activateAtOnce(sql, { name, version });
    else await publish(sql, { name, version: base }, { name, version });
  });
  log(
    empty
      ? `projection ${name}: version ${version} is active (nothing had been folded before)`
      : `projection ${name}: version ${version} is built beside the active version ${base}, and shown once it has caught up`,
  );
}

async function plan(sql: Transaction, projection: Projection): Promise<Planned | undefined> {
  const installed = await installedVersions(sql, [projection.name]);
  const active = installed.find((version) => version.active);
  if (!active || installed.some((version) => version.state === 'live' && isBuiltBy(version, projection))) return undefined;
  const empty = !(await hasFolded(sql, projection.name, active.version));
  const open = await openJob(sql, projection.name);
  const definition = definitionOf(projection);
  if (
    open &&
    open.code_version === projection.version &&
    open.definition === definition &&
    open.kind === 'deploy' &&
    open.version !== null
  ) {
    return { version: open.version, base: active.version, empty };
  }
  if (open) await supersede(sql, projection, open);
  const version = await nextVersion(sql, projection);
  await registerVersion(sql, projection, { version, state: 'building' });
  const job = await requestJob(sql, {
    pass: randomUUID(),
    kind: 'deploy',
    projection: projection.name,
    version,
    code: { version: projection.version, definition },
  });
  await sql.query('update runtime.projection_jobs set base_version = $2 where id = $1', [job.id, active.version]);
  return { version, base: active.version, empty };
}

async function hasFolded(sql: Transaction, name: string, version: number): Promise<boolean> {
  const rows = await sql.query(
    'select from runtime.checkpoints where projection = $1 and version = $2 and next_offset > first_offset limit 1',
    [name, version],
  );
  return rows.length > 0;
}

/** Work that nobody is at (its process ended, or its release is gone) makes way; work under way does not. */
async function supersede(sql: Transaction, { name, version }: Projection, open: Job): Promise<void> {
  const [lease] = await sql.query<{ held: boolean }>(
    'select coalesce(lease_until > now(), false) as held from runtime.projection_jobs where id = $1 for update',
    [open.id],
  );
  if (lease?.held) {
    throw new RebuildRefusedError(
      'DEPLOYMENT_RUNNING',
      `${name}: code version ${version} cannot be deployed while ${open.owner ?? 'another process'} is at work on version ${open.version ?? '?'} ` +
        `(${open.kind}, ${open.state}): wait until that is done, or cancel it (picly rebuild --cancel ${name}), then start again`,
    );
  }
  await sql.query(
    `update runtime.projection_jobs set state = 'cancelled', message = $2, finished_at = now(), fence = fence + 1 where id = $1`,
    [open.id, `given up for the deployment of code version ${version}`],
  );
  if (open.version !== null && open.kind !== 'activate' && open.kind !== 'rollback')
    await removeWithin(sql, { name, version: open.version });
}

async function activateAtOnce(sql: Transaction, projection: { readonly name: string; readonly version: number }): Promise<void> {
  await sql.query(`update runtime.projection_versions set state = 'live' where projection = $1 and version = $2`, [
    projection.name,
    projection.version,
  ]);
  await publish(sql, projection);
  await sql.query(
    `update runtime.projection_jobs set state = 'done', message = 'nothing had been folded before', started_at = now(), finished_at = now()
      where projection = $1 and version = $2 and finished_at is null`,
    [projection.name, projection.version],
  );
}
