import { inTransaction, type DatabasePool } from '@picly/database';
import type { Projection } from '../define';
import { describe } from '../failure';
import type { Lane } from '../lane';
import { idOf, placeOf, topicsOf } from '../names';
import { installedVersions, removeWithin } from '../versions';
import { RebuildFailedError } from './errors';
import { finishTask, type Finishing } from './finish';
import { positionsOf } from './hold';
import { changeJob, LeaseLostError, releaseJob, type Job } from './jobs';
import { refuseIncompatible } from './letters';
import { Pace } from './pace';
import { Pass, patiently, type Limits, type PassDeps } from './pass';
import { LEASE_S, prepare, type Task } from './task';

export interface BuildDeps extends Omit<PassDeps, 'signal'> {
  /** Ends the work; what is done is kept, and the job goes on when it is taken again. */
  readonly signal: AbortSignal;
  /** Told that runners are to fold a version from now on. */
  readonly onLive: () => Promise<void>;
}

export interface Order {
  readonly job: Job;
  /** The description it is built by. */
  readonly code: Projection;
}

const BEAT_MS = 1_000;
/** So close the rest is folded while the serving version is held. */
const NEAR_EVENTS = 2_000;
/** Rounds after which a serving version that keeps growing is held with what is left. */
const MOST_ROUNDS = 12;

/** Somebody has asked for the job to be given up. */
class CancelledError extends Error {
  readonly code = 'CANCELLED';
  readonly retryable = false;
}

interface Working {
  readonly task: Task;
  readonly lane: Lane;
  readonly pace: Pace;
  /** Where it is to come to, as last seen. */
  ends: Limits;
  cancelled: boolean;
}

/** Builds the versions of some jobs in one reading of the log, then finishes each: compared, switched, dropped, as it was asked for. */
export class Build {
  private readonly stop = new AbortController();
  private readonly signal: AbortSignal;
  private readonly working: Working[] = [];
  private pass: Pass | undefined;

  constructor(private readonly deps: BuildDeps) {
    this.signal = AbortSignal.any([deps.signal, this.stop.signal]);
  }

  /** Resolves when every job has ended, or was given back because the work is to stop. */
  async run(orders: readonly Order[]): Promise<void> {
    const prepared = await this.prepareAll(orders);
    const fresh = prepared.filter(({ live }) => !live).map(({ task }) => task);
    const pass = new Pass(
      fresh.map(({ projection }) => projection),
      { ...this.deps, signal: this.signal },
    );
    this.pass = pass;
    try {
      await this.each(
        prepared.filter(({ live }) => live).map(({ task }) => task),
        (task) => finishTask(this.finishing(), { task, lane: undefined }),
      );
      if (fresh.length > 0) await this.buildAll(pass, fresh);
    } catch (error) {
      for (const task of fresh) await this.end(task.job, error);
    }
  }

  private async buildAll(pass: Pass, tasks: readonly Task[]): Promise<void> {
    await patiently(() => pass.claim(), { ...this.deps, signal: this.signal });
    for (const task of tasks) await this.begin(pass, task);
    const beating = setInterval(() => void this.beat(), BEAT_MS);
    try {
      await this.approach(pass);
      await this.beat();
      for (const one of [...this.working]) {
        await this.each([one.task], async (task) => {
          this.refuseFailed(pass, one);
          await finishTask(this.finishing(), { task, lane: one.lane });
        });
        this.forget(one);
      }
    } finally {
      clearInterval(beating);
    }
  }

  private async prepareAll(orders: readonly Order[]): Promise<{ task: Task; live: boolean }[]> {
    const prepared: { task: Task; live: boolean }[] = [];
    for (const order of orders) {
      try {
        if (order.job.cancelled) throw new CancelledError();
        const task = await patiently(() => prepare(this.deps.pool, this.deps.log, order), { ...this.deps, signal: this.signal });
        const versions = await installedVersions(this.deps.pool, [task.projection.name]);
        const live = versions.find(({ version }) => version === task.projection.version)?.state === 'live';
        prepared.push({ task, live });
      } catch (error) {
        await this.end(order.job, error);
      }
    }
    return prepared;
  }

  private async begin(pass: Pass, task: Task): Promise<void> {
    const lane = pass.laneOf(task.projection);
    if (!lane) throw new Error(`${idOf(task.projection)} is not part of the pass`);
    const rows = await this.deps.pool.query<{ topic: string; partition: number; first_offset: number }>(
      'select topic, partition, first_offset from runtime.checkpoints where projection = $1 and version = $2 order by topic, partition',
      [task.projection.name, task.projection.version],
    );
    const pace = new Pace(rows, new Map(rows.map((row) => [placeOf(row), row.first_offset])));
    this.working.push({ task, lane, pace, ends: new Map(), cancelled: false });
    this.deps.logger.info({ projection: lane.id, job: task.job.id, start: task.job.starts }, `${task.job.kind}: reading the log`);
  }

  /** Folds until every version is close to where it is to come to. */
  private async approach(pass: Pass): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      let left = 0;
      const limits = new Map<Lane, Limits>();
      for (const one of this.working) {
        one.ends = await patiently(() => this.targetOf(one.task), { ...this.deps, signal: this.signal });
        left = Math.max(left, gapOf(pass.positions(one.lane), one.ends));
        limits.set(one.lane, one.ends);
      }
      const isExact = this.working.every(({ task }) => task.until !== undefined);
      if (left === 0 || (round > 0 && left <= NEAR_EVENTS && !isExact)) return;
      await patiently(() => pass.foldUpTo(limits), { ...this.deps, signal: this.signal });
      for (const one of [...this.working]) await this.each([one.task], async () => this.refuseFailed(pass, one));
    }
  }

  /** A side copy ends where it was asked to, anything else where the serving version stands; topics that this does not have end with the log. */
  private async targetOf({ projection, base, until }: Task): Promise<Limits> {
    if (until) return until;
    const { pool, log } = this.deps;
    const served = await positionsOf(pool, { name: projection.name, version: base });
    const topics = new Set([...served.keys()].map((place) => place.slice(0, place.lastIndexOf('/'))));
    const others = topicsOf(projection).filter((topic) => !topics.has(topic));
    if (others.length === 0) return served;
    const bounds = await log.bounds(others);
    return new Map([...served, ...bounds.map((bound): [string, number] => [placeOf(bound), bound.end])]);
  }

  private finishing(): Finishing {
    const { pool, log, logger, onLive } = this.deps;
    const { pass, signal } = this;
    if (!pass) throw new Error('there is no pass');
    return { pool, log, logger, onLive, pass, signal };
  }

  private refuseFailed(pass: Pass, one: Working): void {
    const failure = pass.failures.get(one.lane);
    if (failure) throw failure;
    if (one.cancelled) throw new CancelledError();
  }

  /** Ends each task by itself: trouble of one does not touch the others. */
  private async each(tasks: readonly Task[], work: (task: Task) => Promise<void>): Promise<void> {
    for (const task of tasks) {
      try {
        await work(task);
      } catch (error) {
        await this.end(task.job, error);
        const one = this.working.find((candidate) => candidate.task === task);
        if (one) this.forget(one);
      }
    }
  }

  private forget(one: Working): void {
    const at = this.working.indexOf(one);
    if (at >= 0) this.working.splice(at, 1);
    this.pass?.leave(one.lane);
  }

  /** Shows the progress, keeps the lease, and hears of wishes. */
  private async beat(): Promise<void> {
    for (const one of [...this.working]) {
      try {
        const progress = this.pass?.has(one.lane) ? one.pace.look(Date.now(), this.pass.positions(one.lane), one.ends) : undefined;
        const cancelled = await changeJob(this.deps.pool, one.task.job, { ...(progress && { progress }) }, LEASE_S);
        await refuseIncompatible(this.deps.pool, one.task.projection, one.task.base);
        if (cancelled) this.cancel(one);
      } catch (error) {
        this.heard(one, error);
      }
    }
  }

  private heard(one: Working, error: unknown): void {
    if (error instanceof LeaseLostError) this.stop.abort(error);
    else if (error instanceof RebuildFailedError) {
      this.pass?.failures.set(one.lane, error);
      this.pass?.leave(one.lane);
    }
  }

  private cancel(one: Working): void {
    one.cancelled = true;
    this.pass?.leave(one.lane);
  }

  /** Failed or cancelled: what was built is dropped and readers have noticed nothing. Stopped: it goes on later. */
  private async end(job: Job, error: unknown): Promise<void> {
    const { pool, logger } = this.deps;
    if (error instanceof LeaseLostError || this.stop.signal.aborted)
      return logger.warn({ job: job.id }, 'another process has taken the job over');
    if (this.deps.signal.aborted) return void (await releaseJob(pool, job).catch(() => undefined));
    const cancelled = error instanceof CancelledError;
    const message = cancelled ? 'cancelled; nothing was changed' : `${describe(error)}; nothing was changed`;
    await patiently(() => giveUp(pool, job, { state: cancelled ? 'cancelled' : 'failed', message }), this.deps).catch((failure: unknown) =>
      logger.error({ job: job.id, err: failure }, 'could not end the job'),
    );
    logger.warn({ projection: job.projection, job: job.id }, `${job.kind}: ${message}`);
  }
}

function gapOf(positions: Limits, ends: Limits): number {
  let gap = 0;
  for (const [place, end] of ends) gap += Math.max(0, end - (positions.get(place) ?? end));
  return gap;
}

async function giveUp(
  pool: DatabasePool,
  job: Job,
  end: { readonly state: 'cancelled' | 'failed'; readonly message: string },
): Promise<void> {
  await inTransaction(pool, async (sql) => {
    await changeJob(sql, job, { ...end, finished: true }, LEASE_S);
    const [row] = await sql.query<{ version: number | null }>('select version from runtime.projection_jobs where id = $1', [job.id]);
    const version = row?.version ?? null;
    const [built] = version === null ? [] : (await installedVersions(sql, [job.projection])).filter((known) => known.version === version);
    // A version that runners fold already is kept: only the switch did not come about.
    if (built?.state === 'building') await removeWithin(sql, { name: job.projection, version: built.version });
  });
}
