import { setTimeout as sleep } from 'node:timers/promises';
import type { Projection } from '../define';
import { describe, kindOf } from '../failure';
import { NO_LOGGER, type RunnerLogger } from '../metrics';
import { idOf } from '../names';
import { causeOf } from './causes';
import { advanceJob, decidedElsewhere, holdStep, openJob, type SettleJob } from './jobs';
import { settleLetter, SettleRefusedError, type SettleDeps } from './settle';

export interface DeskOptions extends SettleDeps {
  /** The versions that this process folds, with their code. */
  readonly projections: () => Promise<readonly Projection[]> | readonly Projection[];
  readonly logger?: RunnerLogger;
  /** How often it looks for work, milliseconds (default 250). */
  readonly pollMs?: number;
}

const POLL_MS = 250;
const LOOK_ELSEWHERE_MS = 2_000;
const NOT_FOLDED = { folded: 0, duplicates: 0, discarded: 0 };
/** Whose history entry it is when nobody in particular asked. */
const BY_ITSELF = 'picly';

/** Another instance is at the job. */
class TakenError extends Error {
  readonly code = 'JOB_TAKEN';
  readonly retryable = false;
}

/** Settles dead letters on request, where the code of their projection is. Any number of instances may have one: each letter is settled once. */
export class DeadLetterDesk {
  private readonly logger: RunnerLogger;
  private readonly stopping = new AbortController();
  private working: Promise<void> | undefined;
  private lookedElsewhereAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: DeskOptions) {
    this.logger = options.logger ?? NO_LOGGER;
  }

  start(): void {
    this.working ??= this.work();
  }

  /** Finishes the letter under way. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.working;
  }

  private async work(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const busy = await this.step().catch((error: unknown) => {
        this.logger.warn({ err: error }, `dead letters could not be settled, will try again: ${describe(error)}`);
        return false;
      });
      if (!busy) await sleep(this.options.pollMs ?? POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Answers whether there may be more to do at once. */
  private async step(): Promise<boolean> {
    const projections = await this.options.projections();
    if (projections.length === 0) return false;
    const job = await openJob(this.options.pool, projections);
    if (!job) return this.followDecisions(projections);
    const projection = projections.find(({ name, version }) => name === job.projection && version === job.version);
    return projection !== undefined && this.take(job, projection);
  }

  private async take(job: SettleJob, projection: Projection): Promise<boolean> {
    const letter = job.letters[job.done] ?? 0;
    try {
      await settleLetter(this.options, projection, { ...job, letter }, async (sql, settled) => {
        if (!(await holdStep(sql, job))) throw new TakenError();
        await advanceJob(sql, job, settled);
      });
      return true;
    } catch (error) {
      if (error instanceof TakenError) return false;
      const refused = this.refusalOf(error, projection);
      if (!refused) throw error;
      await advanceJob(this.options.pool, job, { ...NOT_FOLDED, stillParked: { letter, ...refused } });
      return true;
    }
  }

  /** What ends the job for good; troubles of the infrastructure only postpone it. */
  private refusalOf(error: unknown, projection: Projection): { cause: string; code: string; message: string } | undefined {
    if (error instanceof SettleRefusedError) {
      const { code, message, poison } = error;
      return { cause: poison ? causeOf(poison.code) : '', code, message };
    }
    if (kindOf(error) === 'transient') return undefined;
    this.logger.error({ projection: idOf(projection), err: error }, 'a dead letter could not be settled');
    return { cause: '', code: 'SETTLE_FAILED', message: `${idOf(projection)} could not settle it: ${describe(error)}` };
  }

  /** A decision about an event counts for all versions: also for those that have it parked by now. */
  private async followDecisions(projections: readonly Projection[]): Promise<boolean> {
    if (performance.now() - this.lookedElsewhereAt < LOOK_ELSEWHERE_MS) return false;
    this.lookedElsewhereAt = performance.now();
    const letters = await decidedElsewhere(this.options.pool, projections);
    for (const { id, projection: name, version } of letters) {
      const projection = projections.find((one) => one.name === name && one.version === version);
      if (!projection || this.stopping.signal.aborted) continue;
      await settleLetter(
        this.options,
        projection,
        { action: 'replay', letter: id, author: BY_ITSELF, reason: null },
        async () => undefined,
      ).catch((error: unknown) => {
        if (!(error instanceof SettleRefusedError)) throw error;
      });
    }
    return false;
  }
}
