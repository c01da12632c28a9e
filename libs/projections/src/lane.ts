import { setTimeout as sleep } from 'node:timers/promises';
import type { TopicPartition } from '@picly/event-log';
import type { DatabasePool } from '@picly/database';
import type { KeyReader } from '@picly/personal-data';
import { CheckpointMovedError, noteError, type CheckpointMove, type Claim } from './checkpoints';
import type { DecodedBatch, ReadRecord } from './decode';
import type { Projection } from './define';
import { DeadLettersFullError, FencedError, StaleKeysError } from './errors';
import { describe, kindOf } from './failure';
import { foldWork, type FoldResult, type FoldWork } from './fold-transaction';
import type { Gate } from './gate';
import type { RunnerLogger, RunnerMetrics } from './metrics';
import { idOf, placeOf, topicsOf } from './names';
import type { PositionBoard } from './position-board';
import { Turns } from './turns';
import { Waiting } from './waiting';

export interface LaneDeps {
  readonly pool: DatabasePool;
  readonly keys: KeyReader;
  readonly board: PositionBoard;
  readonly metrics: RunnerMetrics;
  readonly logger: RunnerLogger;
  /** Bounds the transactions of all lanes together, so that readers find connections. */
  readonly gate: Gate;
  /** Told which partitions others have claimed. */
  readonly onFenced: (lane: Lane, places: readonly string[]) => void;
  /** Most dead letters of the version; beyond it the partition that brings one more waits. */
  readonly maxDeadLetters: number;
  /** Told when a partition that waited for room is to be tried again. */
  readonly onRoom: () => void;
}

const PAUSES_MS = [20, 100, 400];

/**
 * One version of a projection at work: its claims, its positions, its transactions, one at a time per partition. Takes from a batch only
 * what continues its own position, so that it neither skips nor repeats whatever it is given.
 */
export class Lane {
  readonly id: string;
  readonly topics: ReadonlySet<string>;
  private readonly claims = new Map<string, Claim>();
  private readonly halts = new Map<string, string>();
  private readonly turns = new Turns();
  private readonly waiting: Waiting;

  constructor(
    readonly projection: Projection,
    private readonly deps: LaneDeps,
  ) {
    this.id = idOf(projection);
    this.topics = new Set(topicsOf(projection));
    this.waiting = new Waiting(deps.onRoom);
  }

  own(claims: readonly Claim[]): void {
    this.deps.board.hold(this.id, claims.map(placeOf));
    for (const claim of claims) {
      this.claims.set(placeOf(claim), claim);
      this.halts.delete(placeOf(claim));
    }
    this.deps.board.correct(
      this.id,
      claims.map((claim) => [placeOf(claim), claim.nextOffset]),
    );
  }

  disown(places: readonly TopicPartition[]): void {
    this.deps.board.release(this.id, places.map(placeOf));
    for (const place of places) {
      this.claims.delete(placeOf(place));
      this.halts.delete(placeOf(place));
      this.waiting.end(placeOf(place));
    }
  }

  /** Its partitions, and where each goes on. */
  get held(): readonly Claim[] {
    return [...this.claims.values()];
  }

  /** Goes on from an earlier position: what was committed behind it is not stored any more. False when the claim is another one by now. */
  retreat(to: Claim): boolean {
    const claim = this.claims.get(placeOf(to));
    if (claim?.epoch !== to.epoch || claim.nextOffset <= to.nextOffset) return false;
    this.own([to]);
    return true;
  }

  /** Partitions that wait because too many dead letters are parked. */
  get full(): readonly string[] {
    return this.waiting.places;
  }

  /** Why partitions cannot go on. */
  get halted(): readonly string[] {
    return [...this.halts.values()];
  }

  /** The records between its position and the start of the log are gone: an alarm for people, nothing more is folded here. */
  halt(place: TopicPartition, message: string): void {
    const claim = this.claims.get(placeOf(place));
    if (!claim) return;
    this.claims.delete(placeOf(place));
    this.deps.board.release(this.id, [placeOf(place)]);
    this.halts.set(placeOf(place), message);
    void noteError(this.deps.pool, this.projection, [claim], message).catch(() => undefined);
  }

  /** Where it goes on; `undefined` when the partition is not its own (any more), or waits. */
  position(place: TopicPartition): number | undefined {
    return this.waiting.has(placeOf(place)) ? undefined : this.claims.get(placeOf(place))?.nextOffset;
  }

  /** What of the batches would be folded now; `undefined` when nothing would. */
  workOf(batches: readonly DecodedBatch[]): FoldWork | undefined {
    const moves: CheckpointMove[] = [];
    const records: ReadRecord[] = [];
    let keysAsOf = Infinity;
    for (const batch of batches) {
      const claim = this.claims.get(placeOf(batch));
      if (!claim || !this.topics.has(batch.topic) || batch.isStale() || this.waiting.has(placeOf(batch))) continue;
      const own = continuation(batch.records, claim.nextOffset);
      const last = own.at(-1);
      if (!last) continue;
      keysAsOf = Math.min(keysAsOf, batch.keysAsOf);
      moves.push({ ...claim, to: last.record.offset + 1, highWater: batch.end, newestEventAt: newestOf(own) });
      for (const one of own) records.push(one);
    }
    return moves.length > 0 ? { moves, records, keysAsOf } : undefined;
  }

  /** Whether something handed to this lane before, of the same partition numbers, is not done. */
  isBusy(batches: readonly DecodedBatch[]): boolean {
    return this.turns.isBusy(batches.map(({ partition }) => partition));
  }

  /** Runs the work when everything handed to this lane before, of the same partition numbers, is done. */
  inTurn<T>(batches: readonly DecodedBatch[], work: () => Promise<T>): Promise<T> {
    return this.turns.take(
      batches.map(({ partition }) => partition),
      work,
    );
  }

  /** Takes note of a commit. */
  committed(work: FoldWork, result: FoldResult, seconds: number): void {
    for (const move of work.moves) {
      const place = placeOf(move);
      this.waiting.over(place);
      if (this.claims.get(place)?.epoch === move.epoch) this.claims.set(place, { ...move, nextOffset: move.to });
    }
    this.deps.board.advance(
      this.id,
      work.moves.map((move) => [placeOf(move), move.to]),
    );
    this.report(work, result, seconds);
  }

  /**
   * Resolves when everything of the batches that was its own is committed, or not its own any more. Rejects when that cannot be
   * reached now: nothing of the last attempt was kept.
   */
  fold(batches: readonly DecodedBatch[]): Promise<void> {
    return this.inTurn(batches, () => this.foldPatiently(batches));
  }

  private async foldPatiently(batches: readonly DecodedBatch[]): Promise<void> {
    for (let failures = 0; ;) {
      const work = this.workOf(batches);
      if (!work) return;
      try {
        await this.commit(work);
      } catch (error) {
        if (this.isSettled(error, work)) continue;
        if (error instanceof StaleKeysError) throw error;
        if (error instanceof DeadLettersFullError) return this.foldApart(batches, { error, work });
        const pauseMs = kindOf(error) === 'transient' ? PAUSES_MS[failures++] : undefined;
        if (pauseMs === undefined) throw await this.failed(error, work);
        await sleep(pauseMs);
      }
    }
  }

  /** Too many dead letters: partitions that bring none go on, the others wait. */
  private async foldApart(batches: readonly DecodedBatch[], { error, work }: { error: Error; work: FoldWork }): Promise<void> {
    if (batches.length > 1) {
      for (const batch of batches) await this.foldPatiently([batch]);
      return;
    }
    for (const move of work.moves) this.waiting.begin(placeOf(move));
    this.deps.metrics.failure(this.id, 'full');
    this.deps.logger.error({ projection: this.id, partitions: work.moves.map(placeOf) }, `waits: ${error.message}`);
    await noteError(this.deps.pool, this.projection, work.moves, error.message).catch(() => undefined);
  }

  private async commit(work: FoldWork): Promise<void> {
    const startedAt = performance.now();
    const result = await this.deps.gate.run(() => foldWork(this.deps, this.projection, work));
    this.committed(work, result, (performance.now() - startedAt) / 1_000);
  }

  private report(work: FoldWork, result: FoldResult, seconds: number): void {
    const { metrics, logger } = this.deps;
    metrics.batch(this.id, work.records.length, seconds);
    metrics.events(this.id, 'folded', result.folded);
    if (result.duplicates > 0) metrics.events(this.id, 'duplicate', result.duplicates);
    if (result.parked > 0) {
      metrics.events(this.id, 'parked', result.parked);
      logger.warn({ projection: this.id, events: result.parked }, 'events were parked as dead letters');
    }
  }

  /** True when the error told something about the claims, and the batch is to be looked at anew. */
  private isSettled(error: unknown, work: FoldWork): boolean {
    if (error instanceof CheckpointMovedError) {
      this.own(error.claims);
      return true;
    }
    if (!(error instanceof FencedError)) return false;
    for (const move of work.moves) {
      const place = placeOf(move);
      // A claim made meanwhile has another number and stays.
      if (error.places.includes(place) && this.claims.get(place)?.epoch === move.epoch) this.claims.delete(place);
    }
    this.deps.board.release(this.id, error.places);
    this.deps.metrics.failure(this.id, 'fenced');
    this.deps.onFenced(this, error.places);
    this.deps.logger.warn({ projection: this.id, partitions: error.places }, 'another instance has claimed them');
    return true;
  }

  private async failed(error: unknown, work: FoldWork): Promise<Error> {
    const kind = kindOf(error) === 'transient' ? 'transient' : 'fault';
    const message = describe(error);
    this.deps.metrics.failure(this.id, kind);
    this.deps.logger.error(
      { projection: this.id, kind, partitions: work.moves.map(placeOf) },
      `could not fold, will try again: ${message}`,
    );
    if (kind === 'fault') await noteError(this.deps.pool, this.projection, work.moves, message).catch(() => undefined);
    return error instanceof Error ? error : new Error(message);
  }
}

/** The records from the position on; none when there is a gap before them. Offsets of a batch are consecutive. */
function continuation(records: readonly ReadRecord[], nextOffset: number): readonly ReadRecord[] {
  const first = records[0]?.record.offset;
  if (first === undefined || first > nextOffset) return [];
  return first === nextOffset ? records : records.slice(nextOffset - first);
}

function newestOf(records: readonly ReadRecord[]): number | undefined {
  let newest: number | undefined;
  for (const { event } of records) if (event && (newest === undefined || event.occurredAt > newest)) newest = event.occurredAt;
  return newest;
}
