import type { DatabasePool } from '@picly/database';
import type { EventLog, TopicPartition } from '@picly/event-log';
import { claim, type ClaimRequest } from './checkpoints';
import { describe } from './failure';
import type { Lane } from './lane';
import type { RunnerLogger } from './metrics';
import { placeOf } from './names';

export interface ClaimKeeperDeps {
  readonly pool: DatabasePool;
  readonly log: EventLog;
  readonly owner: string;
  readonly lanes: readonly Lane[];
  readonly logger: RunnerLogger;
  /** Told when a lane has its partitions back, and stands where another instance left them. */
  readonly onReclaimed: () => void;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Claims the partitions that the group assigns, and claims them back when somebody else has claimed them although the group
 * still assigns them here: an instance that was stopped between its assignment and its claim wakes up and takes what is
 * no longer its own. It learns so from the group soon after; until then nothing is lost and nothing is written twice.
 */
export class ClaimKeeper {
  private readonly assigned = new Map<string, TopicPartition>();
  private readonly pauses = new Map<string, number>();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(private readonly deps: ClaimKeeperDeps) {}

  async take(places: readonly TopicPartition[]): Promise<void> {
    const lanes = [...this.deps.lanes];
    await this.claimFor(lanes, places);
    for (const place of places) {
      this.assigned.set(placeOf(place), { topic: place.topic, partition: place.partition });
      this.pauses.delete(placeOf(place));
    }
    // A lane that came meanwhile found nothing assigned yet: nobody else would ever claim for it.
    for (const lane of this.deps.lanes.filter((one) => !lanes.includes(one))) await this.adopt(lane, places);
  }

  drop(places: readonly TopicPartition[]): void {
    for (const place of places) this.assigned.delete(placeOf(place));
    for (const lane of this.deps.lanes) lane.disown(places);
  }

  /** Claims for a new lane what it folds of what is assigned here; tried again when that cannot be had now. */
  async adopt(lane: Lane, among: readonly TopicPartition[] = [...this.assigned.values()]): Promise<void> {
    const places = among.filter(({ topic }) => lane.topics.has(topic));
    if (places.length > 0) await this.takeBack(lane, places.map(placeOf));
  }

  /** The lane is not folded here any more. */
  forget(lane: Lane): void {
    lane.disown([...this.assigned.values()]);
  }

  /** To be told of every fence that a lane ran into. */
  lost(lane: Lane, places: readonly string[]): void {
    const pauseMs = Math.max(FIRST_PAUSE_MS, ...places.map((place) => 2 * (this.pauses.get(place) ?? 0)));
    for (const place of places) this.pauses.set(place, Math.min(pauseMs, LONGEST_PAUSE_MS));
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        void this.takeBack(lane, places);
      },
      Math.min(pauseMs, LONGEST_PAUSE_MS),
    );
    this.timers.add(timer);
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    this.assigned.clear();
  }

  private async takeBack(lane: Lane, names: readonly string[]): Promise<void> {
    const places = names.flatMap((name) => this.assigned.get(name) ?? []).filter((place) => lane.position(place) === undefined);
    if (places.length === 0 || !this.deps.lanes.includes(lane)) return;
    try {
      await this.claimFor([lane], places);
      this.deps.logger.info({ projection: lane.id, partitions: places.map(placeOf) }, 'claimed what the group assigns here');
      this.deps.onReclaimed();
    } catch (error) {
      this.deps.logger.warn({ projection: lane.id }, `could not claim, will try again: ${describe(error)}`);
      this.lost(lane, names);
    }
  }

  private async claimFor(lanes: readonly Lane[], places: readonly TopicPartition[]): Promise<void> {
    const bounds = await this.deps.log.bounds([...new Set(places.map(({ topic }) => topic))]);
    const starts = new Map(bounds.map((bound) => [placeOf(bound), bound.start]));
    const requests = lanes.flatMap((lane) =>
      places
        .filter(({ topic }) => lane.topics.has(topic))
        .map((place): ClaimRequest => ({ projection: lane.projection, ...place, firstOffset: starts.get(placeOf(place)) ?? 0 })),
    );
    const claims = await claim(this.deps.pool, this.deps.owner, requests);
    for (const lane of lanes) lane.own(claims.get(lane.id) ?? []);
  }
}
