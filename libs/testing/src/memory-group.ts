import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GroupMember, JoinOptions, LogBatch, LogPosition, LogRecord, TopicPartition } from '@picly/event-log';
import type { MemoryStore } from './memory-store';

const FIRST_BACK_OFF_MS = 5;
const LONGEST_BACK_OFF_MS = 200;
const FOR_LONG_MS = 3_600_000;

/** Shares partition numbers out evenly, in the order of joining; one change at a time, the old holder first. */
export class MemoryGroup {
  private readonly members: MemoryMember[] = [];
  private sharing: Promise<void> = Promise.resolve();

  add(member: MemoryMember): void {
    this.members.push(member);
    void this.share();
  }

  /** Resolves when the others have taken over. */
  remove(member: MemoryMember): Promise<void> {
    const at = this.members.indexOf(member);
    if (at >= 0) this.members.splice(at, 1);
    return this.share();
  }

  private share(): Promise<void> {
    return (this.sharing = this.sharing.then(async () => {
      const members = [...this.members];
      const own = (member: MemoryMember): number[] =>
        Array.from({ length: member.partitions }, (_, i) => i).filter((i) => members[i % members.length] === member);
      for (const member of members) await member.giveUp(member.held().filter((partition) => !own(member).includes(partition)));
      for (const member of members) await member.take(own(member).filter((partition) => !member.held().includes(partition)));
    }));
  }
}

/** A member of a group in memory, with a way to die (`expire`). */
export class MemoryMember implements GroupMember {
  readonly id = randomUUID();
  readonly partitions: number;
  private readonly flows = new Map<string, MemoryFlow>();
  private readonly group: MemoryGroup;
  private gone = false;

  constructor(
    private readonly store: MemoryStore,
    private readonly options: JoinOptions,
    place: { readonly group: MemoryGroup; readonly partitions: number },
  ) {
    this.group = place.group;
    this.partitions = place.partitions;
  }

  held(): number[] {
    return [...new Set([...this.flows.values()].map((flow) => flow.place.partition))];
  }

  assignment(): readonly TopicPartition[] {
    return [...this.flows.values()].map((flow) => flow.place);
  }

  async seek(position: LogPosition): Promise<void> {
    this.flow(position)?.seek(position.offset);
  }

  pause(place: TopicPartition): void {
    this.flow(place)?.pause(true);
  }

  resume(place: TopicPartition): void {
    this.flow(place)?.pause(false);
  }

  async leave(): Promise<void> {
    if (this.gone) return;
    this.gone = true;
    await this.giveUp(this.held());
    await this.group.remove(this);
  }

  /** As if its heartbeats had stopped: others get its partitions while its batches still run; nobody tells it. */
  expire(): Promise<void> {
    this.gone = true;
    for (const flow of this.flows.values()) flow.lose();
    return this.group.remove(this);
  }

  async giveUp(partitions: readonly number[]): Promise<void> {
    const flows = [...this.flows.values()].filter((flow) => partitions.includes(flow.place.partition));
    if (flows.length === 0) return;
    await Promise.all(flows.map((flow) => flow.stop()));
    for (const flow of flows) this.flows.delete(keyOf(flow.place));
    await this.options.handler.revoked(flows.map((flow) => flow.place));
  }

  async take(partitions: readonly number[]): Promise<void> {
    if (partitions.length === 0 || this.gone) return;
    const places = this.options.topics.flatMap((topic) =>
      partitions.filter((partition) => partition < this.store.partitions(topic).length).map((partition) => ({ topic, partition })),
    );
    for (const place of places) this.flows.set(keyOf(place), new MemoryFlow(this.store, this.options, place));
    const positions = new Map((await this.positionsOf(places)).map((position) => [keyOf(position), position.offset]));
    if (this.gone) return;
    for (const place of places) this.flow(place)?.start(positions.get(keyOf(place)) ?? this.store.partition(place).start);
  }

  private async positionsOf(places: readonly TopicPartition[]): Promise<readonly LogPosition[]> {
    for (;;) {
      try {
        return await this.options.handler.assigned(places);
      } catch (error) {
        if (this.gone) return [];
        await sleep(LONGEST_BACK_OFF_MS, error);
      }
    }
  }

  private flow(place: TopicPartition): MemoryFlow | undefined {
    return this.flows.get(keyOf(place));
  }
}

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

/** The delivery of one partition: one batch at a time, again after a while when it was not taken. */
class MemoryFlow {
  private readonly stopped = new AbortController();
  private running: Promise<void> | undefined;
  private offset = -1;
  private turn = 0;
  private paused = false;
  private lost = false;

  constructor(
    private readonly store: MemoryStore,
    private readonly options: JoinOptions,
    readonly place: TopicPartition,
  ) {}

  /** Where to begin, unless somebody has said so before. */
  start(offset: number): void {
    if (this.offset < 0) this.offset = offset;
    this.running = this.run();
  }

  seek(offset: number): void {
    this.turn++;
    this.offset = offset;
    this.store.changed();
  }

  pause(paused: boolean): void {
    this.paused = paused;
    this.store.changed();
  }

  lose(): void {
    this.lost = true;
    this.stopped.abort();
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.running;
    this.lost = true;
  }

  private async run(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      const next = this.paused ? undefined : this.next();
      if (next === 'halted') return;
      if (next) await this.deliver(next);
      else await this.store.whenChanged(FOR_LONG_MS, this.stopped.signal);
    }
  }

  private next(): LogBatch | 'halted' | undefined {
    try {
      const { records, end } = this.store.slice({ ...this.place, offset: this.offset }, this.options.maxBatchRecords ?? 1_000);
      return records.length > 0 ? this.batch(records, end) : undefined;
    } catch (error) {
      this.options.handler.halted(this.place, error instanceof Error ? error : new Error(String(error)));
      return 'halted';
    }
  }

  private batch(records: readonly LogRecord[], end: number): LogBatch {
    return { ...this.place, records, end, isStale: () => this.lost };
  }

  private async deliver(batch: LogBatch): Promise<void> {
    const turn = this.turn;
    for (
      let waitMs = FIRST_BACK_OFF_MS;
      turn === this.turn && !this.stopped.signal.aborted;
      waitMs = Math.min(2 * waitMs, LONGEST_BACK_OFF_MS)
    ) {
      try {
        await this.options.handler.batch(batch);
        if (turn === this.turn) this.offset += batch.records.length;
        return;
      } catch {
        await sleep(waitMs, undefined, { signal: this.stopped.signal }).catch(() => undefined);
      }
    }
  }
}
