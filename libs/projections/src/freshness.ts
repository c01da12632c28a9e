import type { PositionVector } from '@picly/contracts';
import type { DatabasePool } from '@picly/database';
import type { EventLog } from '@picly/event-log';
import { isYoung } from './age';
import { LogEnds } from './log-ends';
import { placeOf } from './names';
import { PositionBoard } from './position-board';
import { ProjectionRegistry, type ActiveProjection } from './registry';
import { foldedBy, type FoldedBy } from './folded-by';
import { StatusReader, type Lag, type ProjectionStatus } from './status';

/** How fresh an answer is that is read from now on. */
export interface AsOf {
  /** When the newest event folded happened, RFC 3339; null before the first. */
  readonly event_time: string | null;
  /** Events of the log that the views have yet to fold. 0 is exact: at the instant `at`, every event of the log was in the views. */
  readonly lag_events: number;
  /** How long the oldest of them has at least been waiting, as seen from this process; 0 when there is none. Milliseconds. */
  readonly lag_ms: number;
  /** When the end of the log was looked at, RFC 3339; a quarter of a second ago at most. */
  readonly at: string;
}

export interface FreshnessOptions {
  readonly pool: DatabasePool;
  readonly log: Pick<EventLog, 'bounds'>;
  /** The runner of this process, if any: its commits wake those who wait, at once. */
  readonly runner?: { readonly positions: PositionBoard };
  readonly clock?: () => number;
}

interface CheckpointRow {
  readonly id: string;
  readonly place: string;
  readonly next_offset: number;
  readonly newest_event_at: Date | null;
}

const CHECKPOINTS = `
  select projection || '@' || version as id, topic || '/' || partition as place, next_offset, newest_event_at
    from runtime.checkpoints`;
const POLL_MS = 50;
/** What this process folds itself it knows without looking, unless somebody has taken it over just now. */
const POLL_HERE_MS = 1_000;
const KEEP_MS = 100;

/** How far the views of all services are, whoever folds them: commits of this process are known at once, those of others by looking. */
export class ViewFreshness {
  private readonly clock: () => number;
  private readonly board: PositionBoard;
  private readonly registry: ProjectionRegistry;
  private readonly ends: LogEnds;
  private readonly statuses: StatusReader;
  private readonly newest = new Map<string, number>();
  private looking: Promise<void> | undefined;
  private lookedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: FreshnessOptions) {
    this.clock = options.clock ?? Date.now;
    this.board = options.runner?.positions ?? new PositionBoard();
    this.registry = new ProjectionRegistry(options.pool, this.clock);
    this.ends = new LogEnds(options.log, this.clock);
    this.statuses = new StatusReader({ pool: options.pool, ends: this.ends, clock: this.clock });
  }

  /**
   * True as soon as the active versions have folded (or parked) the events at these places, as far as they consume their topics;
   * false after `timeoutMs`.
   */
  async waitFor(names: readonly string[], vector: PositionVector, timeoutMs: number): Promise<boolean> {
    const projections = seen(await this.registry.named(names));
    const wanted = projections.flatMap((projection) =>
      vector.filter(({ topic }) => projection.topics.has(topic)).map((position) => ({ ...position, projection })),
    );
    const reached = (): boolean => wanted.every((position) => this.board.next(position.projection.id, placeOf(position)) > position.offset);
    if (reached()) return true;
    const isHere = wanted.every((position) => this.board.isHeld(position.projection.id, placeOf(position)));
    if (!isHere) await this.look(0);
    return this.board.when(reached, timeoutMs, { everyMs: isHere ? POLL_HERE_MS : POLL_MS, run: () => this.look(0) });
  }

  /** To be asked before the rows are read: they are at least as fresh as this. */
  async asOf(names: readonly string[]): Promise<AsOf> {
    const projections = seen(await this.registry.named(names));
    const topics = [...new Set(projections.flatMap((projection) => [...projection.topics]))];
    const ends = await this.ends.of(topics);
    await this.look(KEEP_MS);
    let [lagEvents, lagMs] = [0, 0];
    for (const [place, { start, end }] of ends.byPlace) {
      const next = Math.min(
        ...projections.filter((one) => consumes(one, place)).map((one) => Math.max(start, this.board.next(one.id, place))),
      );
      if (next >= end) continue;
      lagEvents += end - next;
      lagMs = Math.max(lagMs, this.ends.behindMs(place, next));
    }
    const newest = Math.max(...projections.map(({ id }) => this.newest.get(id) ?? Number.NEGATIVE_INFINITY));
    return {
      event_time: Number.isFinite(newest) ? new Date(newest).toISOString() : null,
      lag_events: lagEvents,
      lag_ms: lagMs,
      at: new Date(ends.at).toISOString(),
    };
  }

  /** Every version of every projection, partition by partition. */
  status(): Promise<ProjectionStatus[]> {
    return this.statuses.read();
  }

  /** How far all versions of these projections are behind the log; rejects when it does not answer. */
  lags(names: readonly string[]): Promise<Lag[]> {
    return this.statuses.lags(names);
  }

  /** Which active versions have the event, and which could not fold it. */
  foldedBy(position: PositionVector[number]): Promise<FoldedBy[]> {
    return foldedBy(this.options.pool, position);
  }

  /** Reads the checkpoints unless that was done less than `keepMs` ago; those who ask at the same time share one query. */
  private look(keepMs: number): Promise<void> {
    if (isYoung(this.clock(), this.lookedAt, keepMs)) return Promise.resolve();
    return (this.looking ??= this.readCheckpoints().finally(() => (this.looking = undefined)));
  }

  private async readCheckpoints(): Promise<void> {
    const startedAt = this.clock();
    const positions = new Map<string, [string, number][]>();
    for (const row of await this.options.pool.query<CheckpointRow>(CHECKPOINTS, [], 'checkpoints_all')) {
      const own = positions.get(row.id) ?? [];
      positions.set(row.id, own);
      own.push([row.place, row.next_offset]);
      const newest = row.newest_event_at?.getTime() ?? Number.NEGATIVE_INFINITY;
      if (newest > (this.newest.get(row.id) ?? Number.NEGATIVE_INFINITY)) this.newest.set(row.id, newest);
    }
    for (const [id, own] of positions) this.board.advance(id, own);
    this.lookedAt = startedAt;
  }
}

type Seen = Pick<ActiveProjection, 'id' | 'topics'>;

/** What readers see now or, while a switch is announced, in a moment. */
const seen = (projections: readonly ActiveProjection[]): Seen[] =>
  projections.flatMap(({ next, ...active }) => [active, ...(next ? [next] : [])]);

const consumes = ({ topics }: Seen, place: string): boolean => topics.has(place.slice(0, place.lastIndexOf('/')));
