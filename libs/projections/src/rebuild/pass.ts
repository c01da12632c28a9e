import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabasePool } from '@picly/database';
import { LogUnavailableError, type EventLog, type LogBatch, type TopicPartition } from '@picly/event-log';
import type { KeyReader } from '@picly/personal-data';
import { claim, type ClaimRequest } from '../checkpoints';
import { Collector } from '../collector';
import { decodeBatches, type DecodedBatch } from '../decode';
import type { Projection } from '../define';
import { describe, kindOf } from '../failure';
import { Gate } from '../gate';
import { Lane } from '../lane';
import type { RunnerLogger, RunnerMetrics } from '../metrics';
import { placeOf } from '../names';
import { PositionBoard } from '../position-board';
import { RebuildFailedError } from './errors';
import { LeaseLostError } from './jobs';

export interface PassDeps {
  readonly pool: DatabasePool;
  readonly log: EventLog;
  readonly keys: KeyReader;
  readonly logger: RunnerLogger;
  readonly metrics: RunnerMetrics;
  readonly owner: string;
  readonly maxDeadLetters: number;
  /** Records folded in one transaction, more or less. */
  readonly maxRecords: number;
  readonly signal: AbortSignal;
}

/** By place (`<topic>/<partition>`) the offset before which to stop. */
export type Limits = ReadonlyMap<string, number>;

/** Records read ahead and waiting, over all partitions: what a rebuild needs of memory. */
const BUFFER_RECORDS = 40_000;
const MOST_PER_READ = 2_000;
const LEAST_PER_READ = 100;
const TRANSACTIONS = 3;
const SILENCE_ALLOWED = 30;

/**
 * One reading of the log for several versions at once, at bulk speed: every partition is read ahead while the last batches are folded, and
 * the topics of a partition go on at the same pace by the time of their records. Positions are those of the checkpoints, so a pass that
 * is begun again goes on where the last one ended.
 */
export class Pass {
  readonly failures = new Map<Lane, Error>();
  private readonly lanes: Lane[];
  private readonly places = new Map<string, TopicPartition>();
  private readonly collector: Collector;
  private limits: ReadonlyMap<Lane, Limits> = new Map();
  private lost = false;
  private broken = false;

  constructor(
    projections: readonly Projection[],
    private readonly deps: PassDeps,
  ) {
    const gate = new Gate(TRANSACTIONS);
    const board = new PositionBoard();
    const { pool, keys, metrics, logger, maxDeadLetters } = deps;
    const onFenced = (): void => void (this.lost = true);
    const lane = { pool, keys, metrics, logger, maxDeadLetters, gate, board, onFenced, onRoom: () => undefined };
    this.lanes = projections.map((projection) => new Lane(projection, lane));
    this.collector = new Collector({ maxRecords: deps.maxRecords, concurrency: 2, work: (batches) => this.foldAll(batches) });
  }

  laneOf({ name, version }: Projection): Lane | undefined {
    return this.lanes.find(({ projection }) => projection.name === name && projection.version === version);
  }

  /** Takes all partitions of all versions; whoever held them before can write nothing any more. */
  async claim(): Promise<void> {
    const topics = [...new Set(this.lanes.flatMap((lane) => [...lane.topics]))];
    const bounds = await this.deps.log.bounds(topics);
    for (const { topic, partition } of bounds) this.places.set(placeOf({ topic, partition }), { topic, partition });
    const requests = this.lanes.flatMap(({ topics: own, projection }) =>
      bounds
        .filter(({ topic }) => own.has(topic))
        .map(({ topic, partition, start }): ClaimRequest => ({ projection, topic, partition, firstOffset: start })),
    );
    const claims = await claim(this.deps.pool, this.deps.owner, requests);
    for (const lane of this.lanes) lane.own(claims.get(lane.id) ?? []);
  }

  /** By place, where a version stands. */
  positions(lane: Lane): Map<string, number> {
    return new Map([...this.places].flatMap(([name, place]) => (lane.topics.has(place.topic) ? [[name, lane.position(place) ?? 0]] : [])));
  }

  /** Whether the version is still folded here. */
  has(lane: Lane): boolean {
    return this.lanes.includes(lane);
  }

  /** Leaves a version as it is, the others go on. */
  leave(lane: Lane): void {
    const at = this.lanes.indexOf(lane);
    if (at >= 0) this.lanes.splice(at, 1);
    lane.disown([...this.places.values()]);
  }

  /**
   * Resolves when every version stands at its limits, or has failed for itself (`failures`). Rejects for trouble that concerns all: nothing
   * of an unfinished batch was kept, and it may be called again.
   */
  async foldUpTo(limits: ReadonlyMap<Lane, Limits>): Promise<void> {
    this.limits = limits;
    this.broken = false;
    const perRead = Math.max(LEAST_PER_READ, Math.min(MOST_PER_READ, Math.floor(BUFFER_RECORDS / (2 * Math.max(1, this.places.size)))));
    const feeds = await Promise.allSettled([...this.places.values()].map((place) => this.feed(place, perRead)));
    const failed = feeds.find((feed) => feed.status === 'rejected');
    if (failed) throw failed.reason;
  }

  private async feed(place: TopicPartition, perRead: number): Promise<void> {
    try {
      await this.feedOrFail(place, perRead);
    } catch (error) {
      this.broken = true;
      throw error;
    }
  }

  private async feedOrFail(place: TopicPartition, perRead: number): Promise<void> {
    const { from, to } = this.gap(place);
    if (from >= to) return;
    let next = this.read(place, from, Math.min(to - from, perRead));
    for (let at = from; at < to && !this.broken && this.lanes.length > 0;) {
      const batch = await next;
      at += batch.records.length;
      if (at < to) {
        next = this.read(place, at, Math.min(to - at, perRead));
        // Looked at in the next round; until then a failure is not unhandled.
        next.catch(() => undefined);
      }
      await this.collector.add({ ...batch, end: to });
    }
  }

  /** From the version that is furthest behind to the furthest limit. */
  private gap(place: TopicPartition): { from: number; to: number } {
    let [from, to] = [Number.POSITIVE_INFINITY, 0];
    for (const lane of this.lanes) {
      const limit = this.limits.get(lane)?.get(placeOf(place));
      const position = lane.position(place);
      if (limit === undefined || position === undefined || position >= limit) continue;
      from = Math.min(from, position);
      to = Math.max(to, limit);
    }
    return { from, to };
  }

  private async read({ topic, partition }: TopicPartition, offset: number, maxRecords: number): Promise<LogBatch> {
    const { log, signal } = this.deps;
    for (let silent = 0; silent < SILENCE_ALLOWED; silent++) {
      signal.throwIfAborted();
      const [batch] = await log.read({ from: [{ topic, partition, offset }], maxRecords, maxWaitMs: 1_000, signal });
      if (batch && batch.records.length > 0) return batch;
    }
    throw new LogUnavailableError(`${topic}/${partition} gives nothing at ${offset}, although it should`);
  }

  private async foldAll(batches: readonly LogBatch[]): Promise<void> {
    this.deps.signal.throwIfAborted();
    if (this.lost) throw new LeaseLostError();
    const decoded = await decodeBatches(batches, this.deps.keys);
    const outcomes = await Promise.all(this.lanes.map((lane) => this.foldOne(lane, decoded)));
    const trouble = outcomes.find((outcome) => outcome !== undefined);
    if (trouble) throw trouble;
    if (this.lost) throw new LeaseLostError();
  }

  /** Answers trouble that is not the version's own. */
  private async foldOne(lane: Lane, decoded: readonly DecodedBatch[]): Promise<Error | undefined> {
    try {
      await lane.fold(decoded.map((batch) => this.cut(lane, batch)));
      if (lane.full.length === 0) return undefined;
      this.fail(
        lane,
        new RebuildFailedError('TOO_MANY_DEAD_LETTERS', `more events cannot be folded than may be parked (${lane.full.join(', ')})`),
      );
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      if (kindOf(error) === 'transient') return failure;
      this.fail(lane, new RebuildFailedError('FOLD_FAILED', `the fold fails: ${describe(failure)}`, { cause: failure }));
    }
    return undefined;
  }

  private fail(lane: Lane, error: Error): void {
    this.failures.set(lane, error);
    this.leave(lane);
  }

  private cut(lane: Lane, batch: DecodedBatch): DecodedBatch {
    const limit = this.limits.get(lane)?.get(placeOf(batch)) ?? 0;
    const last = batch.records.at(-1);
    if (!last || last.record.offset < limit) return batch;
    return { ...batch, records: batch.records.filter(({ record }) => record.offset < limit) };
  }
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** Tries as long as the trouble is the infrastructure's. */
export async function patiently<T>(work: () => Promise<T>, { signal, logger }: Pick<PassDeps, 'signal' | 'logger'>): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || !isCurable(error)) throw error;
      logger.warn({}, `a rebuild waits: ${describe(error)}`);
      await sleep(pauseMs, undefined, { signal });
    }
  }
}

function isCurable(error: unknown): boolean {
  if (error instanceof RebuildFailedError || error instanceof LeaseLostError) return false;
  if (error instanceof Error && 'retryable' in error && error.retryable === true) return true;
  return kindOf(error) === 'transient';
}
