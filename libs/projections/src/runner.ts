import { randomUUID } from 'node:crypto';
import type { PositionVector } from '@picly/contracts';
import type { DatabasePool } from '@picly/database';
import type { EventLog, GroupMember, LogPosition, TopicPartition } from '@picly/event-log';
import type { KeyReader } from '@picly/personal-data';
import { CatchUp } from './catch-up';
import { ClaimKeeper } from './claim-keeper';
import { Collector } from './collector';
import type { Projection } from './define';
import { ForgottenCommits } from './forgotten-commits';
import { Gate } from './gate';
import { Lane } from './lane';
import { NO_LOGGER, NO_METRICS, type RunnerLogger, type RunnerMetrics } from './metrics';
import { idOf, placeOf } from './names';
import { PositionBoard } from './position-board';
import { Stream } from './stream';

export interface RunnerOptions {
  readonly log: EventLog;
  readonly pool: DatabasePool;
  readonly personKeys: KeyReader;
  /** Installed before (`installProjections`); versions of one projection may run side by side. */
  readonly projections: readonly Projection[];
  /** Topics to be assigned beside those of the projections: of versions that may be followed later. */
  readonly topics?: readonly string[];
  /** Instances of one service share a group, and the partitions with it. */
  readonly group: string;
  /** Shown to operators beside the partitions it owns (default: random). */
  readonly owner?: string;
  readonly metrics?: RunnerMetrics;
  readonly logger?: RunnerLogger;
  /** Records folded in one transaction, more or less (default 10,000). */
  readonly maxRecords?: number;
  /** Transactions at once, over all projections (default 3). */
  readonly maxTransactions?: number;
  /** Most dead letters of a projection before the partitions that bring more wait (default 10,000). */
  readonly maxDeadLetters?: number;
  /** How often positions are compared with what is stored, milliseconds (default 5,000). */
  readonly comparePositionsMs?: number;
  /** See `JoinOptions`. */
  readonly maxBatchRecords?: number;
  readonly sessionTimeoutMs?: number;
}

const DEFAULT_MAX_RECORDS = 10_000;
const DEFAULT_MAX_TRANSACTIONS = 3;
const DEFAULT_BATCH_RECORDS = 1_000;
const DEFAULT_COMPARE_MS = 5_000;
const DEFAULT_MAX_DEAD_LETTERS = 10_000;

/**
 * Folds the log into the tables of projections, each event once, whatever crashes, repeats or is taken over. One group, one
 * decoding and one transaction per projection and batch; projections do not wait for each other's troubles.
 */
export class ProjectionRunner {
  /** How far this instance has come, for whoever waits in this process. */
  readonly positions = new PositionBoard();
  private readonly options: RunnerOptions;
  private readonly logger: RunnerLogger;
  private readonly lanes: Lane[];
  private readonly newLane: (projection: Projection) => Lane;
  private readonly stream: Stream;
  private readonly catchUp: CatchUp;
  private readonly collector: Collector;
  private readonly claims: ClaimKeeper;
  private readonly forgotten: ForgottenCommits;
  private member: GroupMember | undefined;

  constructor(options: RunnerOptions) {
    const {
      pool,
      log,
      personKeys: keys,
      projections,
      logger = NO_LOGGER,
      metrics = NO_METRICS,
      maxRecords = DEFAULT_MAX_RECORDS,
    } = options;
    this.options = options;
    this.logger = logger;
    const gate = new Gate(options.maxTransactions ?? DEFAULT_MAX_TRANSACTIONS);
    const folding = { pool, gate, keys, maxDeadLetters: options.maxDeadLetters ?? DEFAULT_MAX_DEAD_LETTERS };
    this.newLane = (projection) =>
      new Lane(projection, {
        ...folding,
        logger,
        metrics,
        board: this.positions,
        onRoom: () => this.catchUp.look(),
        onFenced: (lane, places) => this.claims.lost(lane, places),
      });
    this.lanes = projections.map((projection) => this.newLane(projection));
    this.stream = new Stream({ ...folding, log, lanes: this.lanes, onBehind: () => this.catchUp.look() });
    this.catchUp = new CatchUp({ log, keys, lanes: this.lanes, gaps: (lanes) => this.stream.gaps(lanes), maxRecords, logger });
    const owner = options.owner ?? randomUUID();
    this.claims = new ClaimKeeper({ pool, log, owner, logger, lanes: this.lanes, onReclaimed: () => this.catchUp.look() });
    const everyMs = options.comparePositionsMs ?? DEFAULT_COMPARE_MS;
    this.forgotten = new ForgottenCommits({ pool, owner, lanes: this.lanes, logger, everyMs, onFound: () => this.catchUp.look() });
    this.collector = new Collector({ maxRecords, concurrency: 2, worthAnother: 500, work: (batches) => this.stream.hand(batches) });
  }

  /** Resolves when the group has been joined; partitions come when the group assigns them. */
  async start(): Promise<void> {
    const topics = [...new Set([...this.lanes.flatMap((lane) => [...lane.topics]), ...(this.options.topics ?? [])])];
    if (topics.length === 0) return;
    const { group, maxBatchRecords = DEFAULT_BATCH_RECORDS, sessionTimeoutMs } = this.options;
    this.member = await this.options.log.join({
      group,
      topics,
      maxBatchRecords,
      ...(sessionTimeoutMs !== undefined && { sessionTimeoutMs }),
      handler: {
        assigned: (places) => this.assigned(places),
        revoked: async (places) => this.revoked(places),
        batch: (batch) => this.collector.add(batch),
        halted: (place, error) => this.halt(place, error),
      },
    });
    this.forgotten.start();
  }

  /** Finishes the batches under way and leaves, so that another instance goes on at once. */
  async stop(): Promise<void> {
    this.forgotten.stop();
    await this.member?.leave();
    this.claims.stop();
    await this.catchUp.stop();
  }

  /** Whether partitions are assigned to this instance. */
  assignment(): readonly TopicPartition[] {
    return this.member?.assignment() ?? [];
  }

  /**
   * Folds these versions from now on, and no others: new ones begin at their checkpoints and catch up by themselves, the
   * partitions of those that are left out are given up.
   */
  async follow(projections: readonly Projection[]): Promise<void> {
    const wanted = new Map(projections.map((projection) => [idOf(projection), projection]));
    for (const lane of this.lanes.filter(({ id }) => !wanted.has(id))) {
      this.lanes.splice(this.lanes.indexOf(lane), 1);
      this.claims.forget(lane);
    }
    const known = new Set(this.lanes.map(({ id }) => id));
    for (const [id, projection] of wanted) {
      if (known.has(id)) continue;
      const lane = this.newLane(projection);
      this.lanes.push(lane);
      await this.claims.adopt(lane);
    }
  }

  /** Partitions that cannot go on, and why: records that are to be folded are gone from the log. */
  halted(): readonly string[] {
    return this.lanes.flatMap((lane) => lane.halted.map((reason) => `${lane.id}: ${reason}`));
  }

  /** `<name>@<version>` of the projections with partitions that wait because too many dead letters are parked. */
  full(): readonly string[] {
    return this.lanes.filter((lane) => lane.full.length > 0).map((lane) => lane.id);
  }

  /** Resolves when this instance has folded the events at these places in all projections that consume them; rejects after `timeoutMs`. */
  async whenFolded(vector: PositionVector, timeoutMs = 10_000): Promise<void> {
    const missing = (): string[] =>
      this.lanes.flatMap((lane) =>
        vector
          .filter((position) => lane.topics.has(position.topic) && this.positions.next(lane.id, placeOf(position)) <= position.offset)
          .map((position) => `${lane.id} stands at ${this.positions.next(lane.id, placeOf(position))} of ${placeOf(position)}`),
      );
    if (await this.positions.when(() => missing().length === 0, timeoutMs)) return;
    throw new Error(`not folded within ${timeoutMs} ms: ${missing().join(', ')}`);
  }

  private async assigned(places: readonly TopicPartition[]): Promise<readonly LogPosition[]> {
    await this.claims.take(places);
    const positions = this.stream.begin(places);
    this.catchUp.look();
    return positions;
  }

  private revoked(places: readonly TopicPartition[]): void {
    this.stream.end(places);
    this.claims.drop(places);
  }

  private halt(place: TopicPartition, error: Error): void {
    this.logger.error({ partition: placeOf(place), err: error }, `halted: ${error.message}`);
    for (const lane of this.lanes) if (lane.topics.has(place.topic)) lane.halt(place, error.message);
  }
}
