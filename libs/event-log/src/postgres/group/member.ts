import type { GroupHandler, GroupMember, JoinOptions, LogPosition, PartitionBounds, TopicPartition } from '../../port';
import { Alarm } from '../alarm';
import type { Topic } from '../topics';
import type { Wakeups } from '../wakeups';
import { Flow } from './flow';
import type { Membership, Synced } from './membership';
import type { Pump } from './pump';

export interface MemberParts {
  readonly membership: Membership;
  readonly wakeups: Wakeups;
  readonly topics: readonly Topic[];
  readonly bounds: (topics: readonly string[]) => Promise<readonly PartitionBounds[]>;
  readonly pump: (flows: Flows) => Pump;
  readonly onError: (error: unknown) => void;
  readonly onLeft: () => void;
}

/** The flows of a member by topic and partition. */
export type Flows = ReadonlyMap<string, Flow>;

export function flowKey(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
const FOR_LONG_MS = 3_600_000;

/** A member of a group: keeps its lease on partitions alive and lets the records of those flow. */
export class Member implements GroupMember {
  readonly #flows = new Map<string, Flow>();
  /** Partition numbers that are assigned; each stands for that partition of every topic. */
  readonly #held = new Set<number>();
  readonly #alarm = new Alarm();
  readonly #pump: Pump;
  readonly #handler: GroupHandler;
  readonly #sessionTimeoutMs: number;
  #confirmedAt = -Infinity;
  #beating = false;
  #leaving: Promise<void> | undefined;
  #left = false;
  #coordinating: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #offNews: (() => void) | undefined;

  constructor(
    readonly id: string,
    private readonly options: JoinOptions & { readonly sessionTimeoutMs: number },
    private readonly parts: MemberParts,
  ) {
    this.#handler = options.handler;
    this.#sessionTimeoutMs = options.sessionTimeoutMs;
    this.#pump = parts.pump(this.#flows);
  }

  /** Resolves when the group knows of this member. */
  async start(): Promise<void> {
    const synced = await this.#confirming(() => this.parts.membership.sync());
    this.#offNews = this.parts.wakeups.on((news) => {
      if (news === 'appended' || news === 'look') this.#pump.wake();
      if (news === 'look' || (news !== 'appended' && news.group === this.options.group)) this.#alarm.ring();
    });
    this.#timer = setInterval(() => void this.#beat(), this.#sessionTimeoutMs / 3);
    this.#pump.start();
    this.#coordinating = this.#coordinate(synced);
  }

  assignment(): readonly TopicPartition[] {
    return this.#placesOf([...this.#held].sort((a, b) => a - b));
  }

  async seek(position: LogPosition): Promise<void> {
    this.#flows.get(flowKey(position.topic, position.partition))?.seek(position);
  }

  pause({ topic, partition }: TopicPartition): void {
    this.#flows.get(flowKey(topic, partition))?.pause();
  }

  resume({ topic, partition }: TopicPartition): void {
    this.#flows.get(flowKey(topic, partition))?.resume();
  }

  leave(): Promise<void> {
    return (this.#leaving ??= this.#leave());
  }

  async #leave(): Promise<void> {
    this.#left = true;
    this.#alarm.ring();
    // At once: what was fetched ahead is not begun while the rest comes to its end.
    for (const flow of this.#flows.values()) void flow.stop();
    await this.#coordinating;
    await this.#pump.stop();
    await this.#handOver([...this.#held], Infinity).catch(this.parts.onError);
    clearInterval(this.#timer);
    this.#offNews?.();
    await this.parts.membership.leave().then(() => this.parts.wakeups.groupChanged(this.options.group), this.parts.onError);
    this.parts.onLeft();
  }

  async #coordinate(first: Synced): Promise<void> {
    let synced: Synced | undefined = first;
    for (let failures = 0; !this.#left;) {
      try {
        await this.#takeShare(synced ?? (await this.#confirming(() => this.parts.membership.sync())));
        synced = undefined;
        failures = 0;
        if (!this.#left) await this.#alarm.wait(FOR_LONG_MS);
      } catch (error) {
        synced = undefined;
        this.parts.onError(error);
        await this.#alarm.wait(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures++));
      }
    }
  }

  async #takeShare(synced: Synced): Promise<void> {
    if (synced.fresh) await this.#loseAll();
    if (synced.tellOthers) await this.parts.wakeups.groupChanged(this.options.group);
    if (synced.release.length > 0) {
      await this.#handOver(
        synced.release.filter((partition) => this.#held.has(partition)),
        this.#sessionTimeoutMs,
      );
      await this.parts.membership.release(synced.release);
      await this.parts.wakeups.groupChanged(this.options.group);
    }
    const added = synced.own.filter((partition) => !this.#held.has(partition));
    if (added.length > 0 && !this.#left) await this.#assign(added);
  }

  /** Any answer of the database proves that it knew this member alive when it was asked. */
  async #confirming<T>(ask: () => Promise<T>): Promise<T> {
    const askedAt = performance.now();
    const answer = await ask();
    this.#confirmedAt = Math.max(this.#confirmedAt, askedAt);
    return answer;
  }

  async #beat(): Promise<void> {
    if (this.#beating) return;
    this.#beating = true;
    try {
      const askedAt = performance.now();
      const { alive, changed } = await this.parts.membership.beat();
      this.#confirmedAt = alive ? Math.max(this.#confirmedAt, askedAt) : -Infinity;
      if (changed) this.#alarm.ring();
    } catch (error) {
      this.parts.onError(error);
    } finally {
      this.#beating = false;
    }
  }

  #inDoubt(): boolean {
    return performance.now() - this.#confirmedAt > this.#sessionTimeoutMs;
  }

  async #assign(partitions: readonly number[]): Promise<void> {
    const places = this.#placesOf(partitions);
    const positions = new Map((await this.#handler.assigned(places)).map((p) => [flowKey(p.topic, p.partition), p.offset]));
    const unknown = places.filter(({ topic, partition }) => !positions.has(flowKey(topic, partition)));
    for (const { topic, partition, start } of unknown.length > 0 ? await this.parts.bounds(unknown.map((p) => p.topic)) : []) {
      const key = flowKey(topic, partition);
      if (!positions.has(key)) positions.set(key, start);
    }
    const context = { handler: this.#handler, inDoubt: () => this.#inDoubt(), onHungry: () => this.#pump.wake() };
    for (const place of places) {
      const key = flowKey(place.topic, place.partition);
      this.#flows.set(key, new Flow(place, positions.get(key) ?? 0, context));
    }
    for (const partition of partitions) this.#held.add(partition);
    this.#pump.wake();
  }

  /** Finish what is under way, at most for `patienceMs`, then tell the handler. */
  async #handOver(partitions: readonly number[], patienceMs: number): Promise<void> {
    if (partitions.length === 0) return;
    const flows = this.#flowsOf(partitions);
    await atMost(Promise.all(flows.map((flow) => flow.stop())), patienceMs);
    await this.#drop(partitions, flows);
  }

  async #loseAll(): Promise<void> {
    const partitions = [...this.#held];
    if (partitions.length > 0) await this.#drop(partitions, this.#flowsOf(partitions));
  }

  async #drop(partitions: readonly number[], flows: readonly Flow[]): Promise<void> {
    for (const flow of flows) {
      flow.lose();
      this.#flows.delete(flowKey(flow.place.topic, flow.place.partition));
    }
    for (const partition of partitions) this.#held.delete(partition);
    await this.#handler.revoked(flows.map((flow) => flow.place));
  }

  #placesOf(partitions: readonly number[]): TopicPartition[] {
    return this.parts.topics.flatMap(({ name, partitions: count }) =>
      partitions.filter((partition) => partition < count).map((partition) => ({ topic: name, partition })),
    );
  }

  #flowsOf(partitions: readonly number[]): Flow[] {
    return this.#placesOf(partitions).flatMap(({ topic, partition }) => this.#flows.get(flowKey(topic, partition)) ?? []);
  }
}

async function atMost(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  if (timeoutMs === Infinity) return void (await work);
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}
