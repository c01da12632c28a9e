import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabasePool } from '@picly/database';
import type { EventLog } from '@picly/event-log';
import type { KeyReader } from '@picly/personal-data';
import type { Projection, RunnerLogger } from '@picly/projections';
import { cleanOwnVersions } from './clean';
import { collectNames } from './collect';
import { destroyKeys } from './destroy';
import { listRecords } from './list-records';
import type { ErasureState } from './receipt';
import { concludeCleaning, settleStorage } from './settle';

export interface EraserOptions {
  readonly pool: DatabasePool;
  readonly log: EventLog;
  readonly keys: KeyReader;
  /** Cleaned by this process; those of other services by theirs. */
  readonly projections: readonly Projection[];
  readonly logger: RunnerLogger;
  /** No other process uses the database: who led an erasure before is dead, and is not waited for. */
  readonly sole?: boolean;
  /** How often it looks for work, milliseconds (default 1,000). */
  readonly pollMs?: number;
}

interface Open {
  readonly id: string;
  readonly state: ErasureState;
}

/** Two who lead at once do no harm, only the same work: so it may be short. */
const LEASE_S = 10;
const BEAT_MS = 2_500;
const POLL_MS = 1_000;
/** Erasures whose steps are done together; later ones wait. */
const MOST_AT_ONCE = 1_000;
/** Those that are further on first: what came later catches up with them, or follows. */
const STEPS = ['settling', 'cleaning', 'listing', 'destroying', 'collecting'] as const;
type Step = (typeof STEPS)[number];

/**
 * Carries erasures out, step by step. Each step begins from what the database says and leaves it in one transaction, or can be
 * repeated: whoever is killed in the middle, this process or another goes on. One process at a time leads an erasure; every process
 * cleans the versions it has the code of.
 */
export class Eraser {
  private readonly owner = randomUUID();
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly options: EraserOptions) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Ends the step under way; another process goes on at once. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.giveUp().catch(() => undefined);
  }

  /** Does what can be done now; true when something was. Rejects when a step failed: it is tried again from where it was. */
  async work(): Promise<boolean> {
    const { pool } = this.options;
    const open = await pool.query<Open>(
      `select id, state from runtime.erasures where finished_at is null order by requested_at, id limit ${MOST_AT_ONCE}`,
      [],
      'erasures_open',
    );
    let moved = false;
    for (const step of STEPS) {
      const ids = open.filter(({ state }) => state === step).map(({ id }) => id);
      if (step === 'cleaning') for (const id of ids) await cleanOwnVersions(this.options, id);
      if (ids.length > 0) moved = (await this.lead(ids, step)) || moved;
    }
    return moved;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    if (this.options.sole) await this.takeOver().catch((error: unknown) => this.failed(error));
    while (!signal.aborted) {
      const moved = await this.work().catch((error: unknown) => this.failed(error));
      if (!moved) await sleep(this.options.pollMs ?? POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async takeOver(): Promise<void> {
    await this.options.pool.query('update runtime.erasures set lease_until = null where finished_at is null');
  }

  private async giveUp(): Promise<void> {
    await this.options.pool.query('update runtime.erasures set lease_until = null where owner = $1 and finished_at is null', [this.owner]);
  }

  private failed(error: unknown): false {
    this.options.logger.warn({ err: error }, 'an erasure could not go on, will try again');
    return false;
  }

  /** Takes the next step of those that no other process is at; true when there may be a further one. */
  private async lead(ids: readonly string[], step: Step): Promise<boolean> {
    const own = await this.lease(ids);
    if (own.length === 0) return false;
    const beat = setInterval(() => void this.lease(own).catch(() => undefined), BEAT_MS);
    try {
      return await this.take(own, step);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unexpected error';
      await this.options.pool.query('update runtime.erasures set last_error = $2 where id = any($1::uuid[]) and state = $3', [
        own,
        `${step}: ${code}`,
        step,
      ]);
      throw error;
    } finally {
      clearInterval(beat);
    }
  }

  /** Answers those that are ours now. */
  private async lease(ids: readonly string[]): Promise<string[]> {
    const rows = await this.options.pool.query<{ id: string }>(
      `update runtime.erasures set owner = $2, lease_until = now() + make_interval(secs => $3)
        where id = any($1::uuid[]) and finished_at is null and (owner = $2 or lease_until is null or lease_until < now()) returning id`,
      [ids, this.owner, LEASE_S],
    );
    return rows.map(({ id }) => id);
  }

  private async take(ids: readonly string[], step: Step): Promise<boolean> {
    const { pool, log, keys, logger } = this.options;
    switch (step) {
      case 'collecting':
        await collectNames({ pool, log, keys }, ids);
        return true;
      case 'destroying':
        for (const id of ids) await destroyKeys(pool, id);
        logger.info({ erasures: ids }, 'the keys of people are destroyed');
        return true;
      case 'listing':
        await listRecords(pool, log, ids);
        return true;
      case 'cleaning': {
        let moved = false;
        for (const id of ids) moved = (await concludeCleaning(pool, id)) || moved;
        return moved;
      }
      case 'settling':
        await settleStorage(this.options, ids);
        logger.info({ erasures: ids }, 'people are erased');
        return true;
    }
  }
}
