import { randomUUID } from 'node:crypto';
import { inTransaction, type DatabasePool, type Transaction } from '@picly/database';
import { inPublication, lockPublication, publish } from '../activate';
import { installedVersions, removeWithin, type InstalledVersion } from '../versions';
import { latestAudits, requestAudits, type AuditResult } from './audits';
import { latestChecks, type Checks } from './checks';
import type { Difference } from './compare';
import { RebuildRefusedError } from './errors';
import { jobById, listJobs, openJob, requestJob, type Job, type JobKind, type SwitchRule, type Until } from './jobs';

export interface RebuildRequest {
  readonly switch?: SwitchRule;
}

export interface SideRequest {
  readonly until: Until;
  /** Lower case, digits and dashes: the copy can be read in schema `picly_<label>`. */
  readonly label: string;
}

const FINISHED = new Set(['done', 'failed', 'cancelled']);

/**
 * What operators ask for, from whatever process: the work is done by the service that has the code (`ProjectionKeeper`). Everything that
 * cannot be done as things are is refused with `RebuildRefusedError`, and changes nothing.
 */
export class ProjectionAdmin {
  constructor(private readonly pool: DatabasePool) {}

  /** Builds these projections anew, from one reading of the log. All are asked for, or none. */
  rebuild(names: readonly string[], { switch: rule = 'always' }: RebuildRequest = {}): Promise<Job[]> {
    return this.request(names, (name, pass) => ({ pass, kind: 'rebuild' as const, projection: name, switch: rule }));
  }

  /** Folds the log again into a shadow and compares. */
  verify(names: readonly string[]): Promise<Job[]> {
    return this.request(names, (name, pass) => ({ pass, kind: 'verify' as const, projection: name }));
  }

  /** A copy as of then. */
  async side(name: string, { until, label }: SideRequest): Promise<Job> {
    if ((await installedVersions(this.pool)).some((version) => version.label === label)) {
      throw new RebuildRefusedError('LABEL_TAKEN', `there is a copy named ${label} already: choose another name, or drop it`);
    }
    const [job] = await this.request([name], (projection, pass) => ({ pass, kind: 'side' as const, projection, until, label }));
    if (!job) throw new Error('nothing was requested');
    return job;
  }

  /** Shows readers a version that is kept up to date. */
  async activate(name: string, version: number): Promise<Job> {
    return this.requestSwitch(name, 'activate', () => version);
  }

  /** Shows readers the version they saw before, or the one named. */
  async rollback(name: string, version?: number): Promise<Job> {
    return this.requestSwitch(name, 'rollback', (previous) => version ?? previous);
  }

  /** Gives up what is under way; answers the job as it is then. Nothing is changed for readers. */
  async cancel(name: string): Promise<Job> {
    await this.known([name]);
    const id = await inTransaction(this.pool, async (sql) => {
      await lockPublication(sql);
      const job = await openJob(sql, name);
      if (!job) throw new RebuildRefusedError('NOTHING_TO_CANCEL', `nothing is under way for ${name}`);
      const [row] = await sql.query<{ held: boolean }>(
        'update runtime.projection_jobs set cancelled = true where id = $1 returning coalesce(lease_until > now(), false) as held',
        [job.id],
      );
      if (row?.held === false) await endAlone(sql, job);
      return job.id;
    });
    const job = await jobById(this.pool, id);
    if (!job) throw new Error(`job ${id} is gone`);
    return job;
  }

  /** Takes a version away for good: by number, a copy also by its name. Without either the kept one, when there is just one. */
  async drop(name: string, version?: number | string): Promise<InstalledVersion> {
    await this.known([name]);
    return inPublication(this.pool, async (sql) => {
      const versions = await installedVersions(sql, [name]);
      const chosen = choose(versions, { name, version });
      const job = await openJob(sql, name);
      if (job && (job.version === chosen.version || job.base_version === chosen.version)) {
        throw new RebuildRefusedError(
          'VERSION_IN_USE',
          `version ${chosen.version} of ${name} is needed by work under way (${job.kind}): wait for it, or cancel it`,
        );
      }
      await removeWithin(sql, { name, version: chosen.version });
      const shown = versions.find(({ active }) => active);
      // Columns that only the dropped version had are not shown any more.
      if (shown && chosen.state === 'live') await publish(sql, { name, version: shown.version });
      await sql.query('update runtime.projections set previous_version = null where name = $1 and previous_version = $2', [
        name,
        chosen.version,
      ]);
      return chosen;
    });
  }

  async versions(name: string): Promise<InstalledVersion[]> {
    await this.known([name]);
    return installedVersions(this.pool, [name]);
  }

  /** Every side copy, of all projections. */
  async copies(): Promise<InstalledVersion[]> {
    return (await installedVersions(this.pool)).filter(({ state }) => state === 'side');
  }

  /** The latest first. */
  async jobs(projection?: string, limit = 50): Promise<Job[]> {
    if (projection !== undefined) await this.known([projection]);
    return listJobs(this.pool, { limit, ...(projection !== undefined && { projection }) });
  }

  job(id: number): Promise<Job | undefined> {
    return jobById(this.pool, id);
  }

  async differences(
    job: number,
    { after = 0, limit }: { readonly after?: number; readonly limit: number },
  ): Promise<(Difference & { n: number })[]> {
    return this.pool.query<Difference & { n: number }>(
      `select n::int, "table", key, kind, columns from (
         select row_number() over (order by table_name, n) as n, table_name as "table", key, kind, columns
           from runtime.projection_differences where job = $1) numbered
        where n > $2 order by n limit $3`,
      [job, after, limit],
    );
  }

  /** The latest result of each audit. */
  audits(projection?: string): Promise<AuditResult[]> {
    return latestAudits(this.pool, projection);
  }

  /** What verifications and audits found last. */
  checks(): Promise<Checks> {
    return latestChecks(this.pool);
  }

  async requestAudits(names: readonly string[]): Promise<void> {
    await this.known(names);
    for (const name of names) await requestAudits(this.pool, name);
  }

  /** All projections, or the ones named when they exist. */
  async names(names: readonly string[] = []): Promise<readonly string[]> {
    const all = (await this.pool.query<{ name: string }>('select name from runtime.projections order by name')).map(({ name }) => name);
    const unknown = names.filter((name) => !all.includes(name));
    if (unknown.length > 0) {
      throw new RebuildRefusedError('PROJECTION_UNKNOWN', `there is no projection ${unknown.join(', ')}; there are ${all.join(', ')}`);
    }
    return names.length === 0 ? all : [...new Set(names)];
  }

  private async known(names: readonly string[]): Promise<void> {
    await this.names(names);
  }

  private async request(names: readonly string[], make: (name: string, pass: string) => Parameters<typeof requestJob>[1]): Promise<Job[]> {
    const known = await this.names(names);
    const pass = randomUUID();
    return inTransaction(this.pool, async (sql) => {
      const jobs: Job[] = [];
      for (const name of known) jobs.push(await requestJob(sql, make(name, pass)));
      return jobs;
    });
  }

  private async requestSwitch(name: string, kind: JobKind, choice: (previous: number | undefined) => number | undefined): Promise<Job> {
    await this.known([name]);
    return inTransaction(this.pool, async (sql) => {
      const versions = await installedVersions(sql, [name]);
      const [row] = await sql.query<{ active: number; previous: number | null }>(
        'select active_version as active, previous_version as previous from runtime.projections where name = $1',
        [name],
      );
      const version = choice(row?.previous ?? undefined);
      if (version === undefined) throw new RebuildRefusedError('NOTHING_TO_ROLL_BACK_TO', `no earlier version of ${name} is kept`);
      refuseSwitchTo(versions, { name, version });
      const job = await requestJob(sql, { pass: randomUUID(), kind, projection: name, version });
      await sql.query('update runtime.projection_jobs set base_version = $2 where id = $1', [job.id, row?.active]);
      return { ...job, base_version: row?.active ?? null };
    });
  }
}

export const isFinished = (job: Pick<Job, 'state'>): boolean => FINISHED.has(job.state);

const listOf = (versions: readonly InstalledVersion[]): string =>
  versions
    .map(({ version, active, state, label }) => `${version} (${active ? 'active' : (label ?? (state === 'live' ? 'kept' : state))})`)
    .join(', ') || 'none';

function refuseSwitchTo(versions: readonly InstalledVersion[], { name, version }: { name: string; version: number }): void {
  const target = versions.find((known) => known.version === version);
  if (!target) throw new RebuildRefusedError('VERSION_UNKNOWN', `there is no version ${version} of ${name}; there are ${listOf(versions)}`);
  if (target.active) throw new RebuildRefusedError('VERSION_IN_USE', `version ${version} of ${name} is what readers see already`);
  if (target.state !== 'live') {
    throw new RebuildRefusedError(
      'VERSION_IN_USE',
      `version ${version} of ${name} is ${target.state === 'side' ? 'a side copy' : 'still being built'}: it cannot be shown`,
    );
  }
}

type Wish = { readonly name: string; readonly version: number | string | undefined };

function choose(versions: readonly InstalledVersion[], { name, version }: Wish): InstalledVersion {
  const kept = versions.filter(({ active, state }) => !active && state === 'live');
  const named = versions.find((known) => known.version === version || (known.label !== null && known.label === version));
  const chosen = version === undefined ? (kept.length === 1 ? kept[0] : undefined) : named;
  if (chosen?.active)
    throw new RebuildRefusedError('VERSION_IN_USE', `version ${chosen.version} of ${name} is what readers see: activate another one first`);
  if (chosen) return chosen;
  const wish = version === undefined ? `say which version of ${name} to drop` : `there is no version ${version} of ${name}`;
  throw new RebuildRefusedError('VERSION_UNKNOWN', `${wish}; there are ${listOf(versions)}`);
}

/** Nobody is at the job: there is nobody to wait for. */
async function endAlone(sql: Transaction, job: Job): Promise<void> {
  await sql.query(
    `update runtime.projection_jobs set state = 'cancelled', message = 'cancelled; nothing was changed', finished_at = now(), fence = fence + 1 where id = $1`,
    [job.id],
  );
  const [built] = (await installedVersions(sql, [job.projection])).filter((version) => version.version === job.version);
  if (built?.state === 'building') await removeWithin(sql, { name: job.projection, version: built.version });
}
