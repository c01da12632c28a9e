import type { DatabasePool } from '@picly/database';
import { storedClaims, type Claim } from './checkpoints';
import type { Lane } from './lane';
import type { RunnerLogger } from './metrics';
import { placeOf } from './names';

export interface ForgottenCommitsDeps {
  readonly pool: DatabasePool;
  readonly owner: string;
  readonly lanes: readonly Lane[];
  readonly logger: RunnerLogger;
  readonly everyMs: number;
  /** Told when a lane has to go on from an earlier position. */
  readonly onFound: () => void;
}

/**
 * Folds do not wait for the disk, so a server that crashes may forget the last of them although it had answered. The next step of the
 * partition runs into that by itself; where the log lives elsewhere and nothing more happens in the partition, there is none. So what
 * the lanes take for stored is compared with what is stored every so often.
 */
export class ForgottenCommits {
  private timer: NodeJS.Timeout | undefined;
  private looking = false;

  constructor(private readonly deps: ForgottenCommitsDeps) {}

  start(): void {
    this.timer = setInterval(() => void this.look(), this.deps.everyMs);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      await this.compare();
    } catch {
      // A database that cannot be asked is everybody's trouble: those who fold tell of it.
    } finally {
      this.looking = false;
    }
  }

  /** Positions are noted when their commit was answered: stored ones, asked for afterwards, are as far unless they were forgotten. */
  private async compare(): Promise<void> {
    const noted = this.deps.lanes.map((lane) => ({ lane, held: lane.held }));
    if (noted.every(({ held }) => held.length === 0)) return;
    const stored = await storedClaims(this.deps.pool, this.deps.owner);
    let found = false;
    for (const { lane, held } of noted) {
      const forgotten = behind(held, stored.get(lane.id) ?? []).filter((claim) => lane.retreat(claim));
      if (forgotten.length === 0) continue;
      found = true;
      this.deps.logger.warn(
        { projection: lane.id, partitions: forgotten.map(placeOf) },
        'the database has forgotten commits: folding again',
      );
    }
    if (found) this.deps.onFound();
  }
}

/** The stored claims that are behind what was noted under the same claim. */
function behind(noted: readonly Claim[], stored: readonly Claim[]): Claim[] {
  const byPlace = new Map(stored.map((claim) => [placeOf(claim), claim]));
  return noted.flatMap((claim) => {
    const row = byPlace.get(placeOf(claim));
    return row?.epoch === claim.epoch && row.nextOffset < claim.nextOffset ? [row] : [];
  });
}
