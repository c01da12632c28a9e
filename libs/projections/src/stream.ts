import type { EventLog, LogBatch, LogPosition, TopicPartition } from '@picly/event-log';
import { decodeBatches, type DecodedBatch } from './decode';
import { InDoubtError } from './errors';
import { FoldingTogether, type TogetherDeps } from './fold-together';
import type { Lane } from './lane';
import { placeOf } from './names';

export interface StreamDeps extends TogetherDeps {
  readonly log: EventLog;
  readonly lanes: readonly Lane[];
  /** Told when a lane was left behind. */
  readonly onBehind: () => void;
}

/** Hands the batches of the group to all lanes, decoded once, and remembers how far it has come. */
export class Stream {
  private readonly handed = new Map<string, LogPosition>();

  private readonly together: FoldingTogether;

  constructor(private readonly deps: StreamDeps) {
    this.together = new FoldingTogether(deps);
  }

  /**
   * Where the group begins with these partitions: at the position of the lane that is furthest. Lanes that are behind read
   * on their own until they have caught up, so that a new or a failing version never holds the others back.
   */
  begin(places: readonly TopicPartition[]): LogPosition[] {
    const positions = places.flatMap(({ topic, partition }) => {
      const offsets = this.deps.lanes.flatMap((lane) => lane.position({ topic, partition }) ?? []);
      return offsets.length > 0 ? [{ topic, partition, offset: Math.max(...offsets) }] : [];
    });
    for (const position of positions) this.handed.set(placeOf(position), position);
    return positions;
  }

  end(places: readonly TopicPartition[]): void {
    for (const place of places) this.handed.delete(placeOf(place));
  }

  /**
   * Resolves when at least one lane has each batch; rejects when none could take anything, or when one is not to be folded now. A batch
   * that is stale may be so for a moment only (a heartbeat that came late): left out without a word, it would never be folded.
   */
  async hand(batches: readonly LogBatch[]): Promise<void> {
    const stale = batches.filter((batch) => batch.isStale());
    await this.handOn(batches.filter((batch) => !stale.includes(batch)));
    if (stale.length > 0) throw new InDoubtError(stale.map(placeOf));
  }

  private async handOn(batches: readonly LogBatch[]): Promise<void> {
    if (batches.length === 0) return;
    const decoded = await decodeBatches(batches, this.deps.keys);
    const wanting = this.deps.lanes.filter((lane) => lane.workOf(decoded) !== undefined);
    await this.together.fold(wanting, decoded);
    const outcomes = await Promise.allSettled(wanting.map((lane) => lane.fold(decoded)));
    const failures = outcomes.filter((outcome) => outcome.status === 'rejected');
    if (failures.length > 0 && failures.length === wanting.length) throw failures[0]?.reason;
    for (const batch of decoded) this.advance(batch);
    this.deps.onBehind();
  }

  /** Per partition, where the lane stands that is furthest behind; nothing for lanes that are not to be tried now. */
  gaps(lanes: readonly Lane[]): LogPosition[] {
    return [...this.handed.values()].flatMap((handed) => {
      const offsets = lanes.flatMap((lane) => lane.position(handed) ?? []).filter((offset) => offset < handed.offset);
      return offsets.length > 0 ? [{ ...handed, offset: Math.min(...offsets) }] : [];
    });
  }

  private advance({ topic, partition, records }: DecodedBatch): void {
    const last = records.at(-1);
    const handed = this.handed.get(placeOf({ topic, partition }));
    if (last && handed) this.handed.set(placeOf(handed), { topic, partition, offset: Math.max(handed.offset, last.record.offset + 1) });
  }
}
