import { LogTruncatedError, type EventLog, type LogPosition } from '@picly/event-log';
import type { KeyReader } from '@picly/personal-data';
import { decodeBatches, type DecodedBatch } from './decode';
import { describe } from './failure';
import type { Lane } from './lane';
import type { RunnerLogger } from './metrics';
import { placeOf } from './names';

export interface CatchUpDeps {
  readonly log: EventLog;
  readonly keys: KeyReader;
  readonly lanes: readonly Lane[];
  readonly gaps: (lanes: readonly Lane[]) => LogPosition[];
  readonly maxRecords: number;
  readonly logger: RunnerLogger;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/** Reads on for versions that are behind the stream of the group, until they have met it. */
export class CatchUp {
  private readonly resting = new Map<Lane, { readonly until: number; readonly pauseMs: number }>();
  private running: Promise<void> | undefined;
  private wake: (() => void) | undefined;
  private stopping = false;

  constructor(private readonly deps: CatchUpDeps) {}

  /** Looks whether somebody is behind; costs nothing when nobody is. */
  look(): void {
    this.wake?.();
    if (this.running || this.stopping || this.deps.gaps(this.deps.lanes).length === 0) return;
    this.running = this.run().finally(() => {
      this.running = undefined;
      // Somebody may have fallen behind after the last look.
      this.look();
    });
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.wake?.();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping && this.deps.gaps(this.deps.lanes).length > 0) {
      const lanes = this.deps.lanes.filter((lane) => (this.resting.get(lane)?.until ?? 0) <= performance.now());
      const from = this.deps.gaps(lanes);
      if (from.length === 0) await this.rest();
      else await this.step(lanes, from);
    }
  }

  private async step(lanes: readonly Lane[], from: readonly LogPosition[]): Promise<void> {
    let decoded: DecodedBatch[];
    try {
      const batches = await this.deps.log.read({ from, maxRecords: this.deps.maxRecords, maxWaitMs: 1_000 });
      decoded = await decodeBatches(batches, this.deps.keys);
    } catch (error) {
      for (const lane of lanes) this.failed(lane, error);
      return;
    }
    await Promise.all(
      lanes.map((lane) =>
        lane.fold(decoded).then(
          () => this.resting.delete(lane),
          (error: unknown) => this.failed(lane, error),
        ),
      ),
    );
  }

  private failed(lane: Lane, error: unknown): void {
    if (error instanceof LogTruncatedError) {
      if ((lane.position(error) ?? Infinity) >= error.found) return;
      this.deps.logger.error({ projection: lane.id, partition: placeOf(error) }, `halted: ${error.message}`);
      return lane.halt(error, error.message);
    }
    const pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * (this.resting.get(lane)?.pauseMs ?? FIRST_PAUSE_MS / 2));
    this.resting.set(lane, { until: performance.now() + pauseMs, pauseMs });
    if (pauseMs === FIRST_PAUSE_MS) this.deps.logger.warn({ projection: lane.id }, `cannot catch up, will try again: ${describe(error)}`);
  }

  private rest(): Promise<void> {
    const until = Math.min(...[...this.resting.values()].map((rest) => rest.until));
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, Math.max(1, until - performance.now()));
      // Only a stop ends a rest early: news of the stream do not cure a lane.
      this.wake = () => this.stopping && done();
    });
  }
}
