import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPool, type DatabasePool } from '@picly/database';
import type { EventLog } from '@picly/event-log';
import type { KeyReader } from '@picly/personal-data';
import type { Projection } from '../define';
import { describe } from '../failure';
import type { RunnerLogger, RunnerMetrics } from '../metrics';
import { definitionOf, foldable, installedVersions, type InstalledVersion } from '../versions';
import { runAudits, takeDueAudits } from './audits';
import { Build, type Order } from './build';
import { changeJob, LeaseLostError, releaseJob, takeJobs, type Job, type Skill } from './jobs';
import { switchVersion } from './switch';
import { LEASE_S } from './task';

export interface KeeperOptions {
  readonly pool: DatabasePool;
  readonly log: EventLog;
  readonly personKeys: KeyReader;
  /** Everything this process has code for; older descriptions of a projection may be among them. */
  readonly projections: readonly Projection[];
  /** Told which versions are to be folded, whenever that changes. */
  readonly runner: { follow(projections: readonly Projection[]): Promise<void> };
  readonly logger: RunnerLogger;
  readonly metrics: RunnerMetrics;
  /** Seconds between audits; 0 runs them only on request. */
  readonly auditIntervalS?: number;
  readonly maxDeadLetters?: number;
  /** Records in one transaction of a rebuild (default 10,000). */
  readonly maxRecords?: number;
  /** No other process works on these projections: jobs that were held are free. */
  readonly sole?: boolean;
  /** How often to look for work, milliseconds (default 1,000). */
  readonly lookEveryMs?: number;
  /** How long a switch that was asked for waits until its version has come up, milliseconds (default 120,000). */
  readonly switchWithinMs?: number;
}

const LOOK_EVERY_MS = 1_000;
const MAX_RECORDS = 10_000;
const MAX_DEAD_LETTERS = 10_000;
const CONNECTIONS = 5;

/**
 * Looks after the versions of the projections that this process has code for: hands those that are live to the runner, works on jobs
 * (rebuild, deploy, verify, side copies, switches) and runs audits. Any number of processes may do so: a job is held by lease, its
 * rows by the epochs of its checkpoints.
 */
export class ProjectionKeeper {
  private readonly stopping = new AbortController();
  private readonly work = new Set<Promise<void>>();
  private readonly skills: readonly Skill[];
  private readonly names: readonly string[];
  private readonly owner = `${hostname()}/${process.pid}`;
  private looping: Promise<void> | undefined;
  private following: Promise<unknown> = Promise.resolve();
  private followed = '';

  constructor(private readonly options: KeeperOptions) {
    const { projections } = options;
    this.names = [...new Set(projections.map(({ name }) => name))];
    this.skills = projections.map((code) => ({ projection: code.name, code_version: code.version, definition: definitionOf(code) }));
  }

  /** Hands the versions that are live to the runner, before it starts. */
  async prepare(): Promise<void> {
    if (this.options.sole) await this.options.pool.query('update runtime.projection_jobs set lease_until = null where finished_at is null');
    await this.follow();
  }

  start(): void {
    this.looping ??= this.loop();
  }

  /** Ends the work under way, so that another process goes on with it at once. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('stopping'));
    await this.looping;
    await Promise.all(this.work);
  }

  private async loop(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.look().catch((error: unknown) => {
        if (!signal.aborted) this.options.logger.warn({}, `could not look after the versions, will try again: ${describe(error)}`);
      });
      await sleep(this.options.lookEveryMs ?? LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async look(): Promise<void> {
    const { pool } = this.options;
    const installed = await this.follow();
    const jobs = await takeJobs(pool, this.skills, this.owner, LEASE_S);
    for (const pass of new Set(jobs.map((job) => job.pass))) this.begin(jobs.filter((job) => job.pass === pass));
    const due = await takeDueAudits(pool, this.names, this.options.auditIntervalS ?? 0);
    if (due.length > 0) this.track(this.audit(installed, due));
  }

  /** One after the other: two at once would follow a version twice. */
  private follow(): Promise<readonly InstalledVersion[]> {
    const next = this.following.then(() => this.followNow());
    this.following = next.catch(() => undefined);
    return next;
  }

  private async followNow(): Promise<readonly InstalledVersion[]> {
    const installed = await installedVersions(this.options.pool, this.names);
    const live = foldable(installed, this.options.projections);
    const key = live.map(({ name, version }) => `${name}@${version}`).join(' ');
    if (key !== this.followed) {
      await this.options.runner.follow(live);
      this.followed = key;
    }
    return installed;
  }

  private begin(jobs: readonly Job[]): void {
    for (const job of jobs.filter(({ kind }) => kind === 'activate' || kind === 'rollback')) this.track(this.switchFor(job));
    const orders = jobs.flatMap((job): Order[] => {
      const code = job.kind === 'activate' || job.kind === 'rollback' ? undefined : this.codeFor(job);
      return code ? [{ job, code }] : [];
    });
    if (orders.length > 0) this.track(this.build(orders));
  }

  private codeFor(job: Job): Projection | undefined {
    const own = this.options.projections.filter(({ name }) => name === job.projection);
    if (job.code_version !== null) return own.find((code) => code.version === job.code_version && definitionOf(code) === job.definition);
    return own.reduce<Projection | undefined>((newest, code) => (newest && newest.version > code.version ? newest : code), undefined);
  }

  private track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => {
        if (!this.stopping.signal.aborted) this.options.logger.error({ err: error }, `work on versions broke off: ${describe(error)}`);
      })
      .finally(() => this.work.delete(tracked));
    this.work.add(tracked);
  }

  /** On connections of its own: readers and runners keep theirs, and no statement is too long. */
  private async build(orders: readonly Order[]): Promise<void> {
    const { log, personKeys: keys, logger, metrics, maxDeadLetters = MAX_DEAD_LETTERS, maxRecords = MAX_RECORDS } = this.options;
    const pool = createPool({
      url: this.options.pool.url,
      applicationName: 'picly rebuild',
      maxConnections: CONNECTIONS,
      statementTimeoutMs: 0,
      idleInTransactionTimeoutMs: 60_000,
      onIdleError: () => undefined,
    });
    try {
      const onLive = async (): Promise<void> => void (await this.follow());
      const owner = `rebuild ${this.owner}`;
      await new Build({ pool, log, keys, logger, metrics, owner, maxDeadLetters, maxRecords, onLive, signal: this.stopping.signal }).run(
        orders,
      );
    } finally {
      await pool.close();
    }
  }

  private async switchFor(job: Job): Promise<void> {
    const { pool, logger, switchWithinMs } = this.options;
    const { signal } = this.stopping;
    const lost = new AbortController();
    const beating = setInterval(() => {
      changeJob(pool, job, {}, LEASE_S).catch((error: unknown) => error instanceof LeaseLostError && lost.abort(error));
    }, 1_000);
    try {
      await changeJob(pool, job, { state: 'switching' }, LEASE_S);
      const message = `readers see version ${job.version ?? '?'}; version ${job.base_version ?? '?'} is kept`;
      await switchVersion(
        pool,
        { name: job.projection, version: job.version ?? 0 },
        {
          signal: AbortSignal.any([signal, lost.signal]),
          ...(switchWithinMs !== undefined && { patienceMs: switchWithinMs }),
          alongside: async (sql) => void (await changeJob(sql, job, { state: 'done', message, finished: true }, LEASE_S)),
        },
      );
      logger.info({ projection: job.projection }, message);
    } catch (error) {
      if (lost.signal.aborted) return;
      if (signal.aborted) return await releaseJob(pool, job);
      await changeJob(pool, job, { state: 'failed', message: `${describe(error)}; nothing was changed`, finished: true }, LEASE_S);
    } finally {
      clearInterval(beating);
    }
  }

  /** Of the versions that readers see, as far as this process has their code. */
  private async audit(installed: readonly InstalledVersion[], due: readonly string[]): Promise<void> {
    const shown = installed.filter((version) => version.active && due.includes(version.projection));
    for (const projection of foldable(shown, this.options.projections)) {
      for (const result of await runAudits(this.options.pool, projection)) {
        if (result.offending === 0) continue;
        const { logger } = this.options;
        logger.error(
          { projection: result.projection, audit: result.audit, rows: result.offending },
          result.error ?? 'an audit found rows that break its rule',
        );
      }
    }
  }
}
