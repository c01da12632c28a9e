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
  /** How often it looks for work, milliseconds (default 1,000). */
  readonly pollMs?: number;
}

interface Open {
  readonly id: string;
  readonly state: ErasureState;
}

const LEASE_S = 30;
const BEAT_MS = 10_000;
const POLL_MS = 1_000;

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

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Does what can be done now; true when something was. Rejects when a step failed: it is tried again from where it was. */
  async work(): Promise<boolean> {
    const { pool } = this.options;
    const open = await pool.query<Open>(
      'select id, state from runtime.erasures where finished_at is null order by requested_at, id',
      [],
      'erasures_open',
    );
    let moved = false;
    for (const erasure of open) {
      if (erasure.state === 'cleaning') await cleanOwnVersions(this.options, erasure.id);
      moved = (await this.lead(erasure)) || moved;
    }
    return moved;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const moved = await this.work().catch((error: unknown) => this.failed(error));
      if (!moved) await sleep(this.options.pollMs ?? POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private failed(error: unknown): false {
    this.options.logger.warn({ err: error }, 'an erasure could not go on, will try again');
    return false;
  }

  /** Takes the next step of an erasure unless another process is at it; true when there may be a further one. */
  private async lead({ id, state }: Open): Promise<boolean> {
    if (!(await this.lease(id))) return false;
    const beat = setInterval(() => void this.lease(id).catch(() => undefined), BEAT_MS);
    try {
      return await this.step(id, state);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unexpected error';
      await this.options.pool.query('update runtime.erasures set last_error = $2 where id = $1', [id, `${state}: ${code}`]);
      throw error;
    } finally {
      clearInterval(beat);
    }
  }

  private async lease(id: string): Promise<boolean> {
    const rows = await this.options.pool.query(
      `update runtime.erasures set owner = $2, lease_until = now() + make_interval(secs => $3)
        where id = $1 and finished_at is null and (owner = $2 or lease_until is null or lease_until < now()) returning id`,
      [id, this.owner, LEASE_S],
    );
    return rows.length > 0;
  }

  private async step(id: string, state: ErasureState): Promise<boolean> {
    const { pool, log, keys, logger } = this.options;
    switch (state) {
      case 'collecting':
        await collectNames({ pool, log, keys }, id);
        return true;
      case 'destroying':
        await destroyKeys(pool, id);
        logger.info({ erasure: id }, 'the keys of a person are destroyed');
        return true;
      case 'listing':
        await listRecords(pool, log, id);
        return true;
      case 'cleaning':
        return concludeCleaning(pool, id);
      case 'settling':
        await settleStorage(pool, id);
        logger.info({ erasure: id }, 'a person is erased');
        return true;
      case 'done':
        return false;
    }
  }
}
