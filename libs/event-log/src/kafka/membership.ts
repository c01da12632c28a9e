import type { Cluster, Consumer, Kafka } from 'kafkajs';
import { LogUnavailableError } from '../errors';
import type { LogPosition, TopicPartition } from '../port';
import { coPartitionedAssigner } from './co-partitioned-assigner';
import { RETRY } from './options';
import { atMost, backOffMs } from './signal';

export interface MembershipOptions {
  readonly group: string;
  readonly topics: readonly string[];
  readonly sessionTimeoutMs: number;
  /** The group is being shared out anew, or this member fell out of it: begin nothing more. */
  readonly onSuspended: () => void;
  /** Before this member joins (again): what it held goes back. Waited for, but not until its session would end. */
  readonly onHandOver: () => Promise<void>;
  readonly onAssigned: (partitions: readonly TopicPartition[]) => void;
  readonly onWarning: (message: string, cause?: unknown) => void;
}

/** How long the idle loop of kafkajs sleeps between two looks at the heartbeat. */
const LOOP_MS = 200;
const LEAVE_MS = 5_000;
const JOIN_MS = 60_000;
const FIRST_JOIN_MS = 30_000;

/**
 * Being a member of a consumer group, and nothing else: kafkajs joins, heartbeats and follows rebalances while every
 * partition of it is paused for ever, so that it never fetches. Its fetching would stop all partitions for one failure,
 * stall them behind one slow batch, and jump silently where records are gone.
 */
export class Membership {
  #consumer: Consumer | undefined;
  #heardAt = -Infinity;
  #left = false;
  #restarting: Promise<void> | undefined;
  #watchdog: NodeJS.Timeout | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly options: MembershipOptions,
  ) {}

  /** Resolves with the first assignment. Throws the last failure when there is none within half a minute. */
  async join(): Promise<void> {
    const until = performance.now() + FIRST_JOIN_MS;
    await this.#persist((error) => {
      if (performance.now() > until) throw error;
    });
    this.#watchdog = setInterval(() => this.#watch(), Math.max(1_000, this.options.sessionTimeoutMs / 2));
  }

  /** False once the group has heard nothing of this member for a session: somebody else owns its partitions. */
  isAlive(): boolean {
    return !this.#left && performance.now() - this.#heardAt < this.options.sessionTimeoutMs;
  }

  /** Store positions for lag tooling. Nobody reads them as truth, so failures do not matter. */
  async commit(positions: readonly LogPosition[]): Promise<void> {
    if (positions.length === 0 || !this.#consumer) return;
    const offsets = positions.map(({ topic, partition, offset }) => ({ topic, partition, offset: String(offset) }));
    await atMost(this.#consumer.commitOffsets(offsets), LEAVE_MS).catch(() => undefined);
  }

  async leave(): Promise<void> {
    this.#left = true;
    clearInterval(this.#watchdog);
    await this.#disconnect();
    if (this.#restarting) await atMost(this.#restarting, LEAVE_MS);
  }

  /** One life of a kafkajs consumer, up to its first assignment. */
  async #begin(): Promise<void> {
    const consumer = this.#create();
    this.#consumer = consumer;
    try {
      const assigned = this.#firstAssignment(consumer);
      assigned.catch(() => undefined);
      await consumer.connect();
      await consumer.subscribe({ topics: [...this.options.topics] });
      await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: () => Promise.resolve() });
      if ((await atMost(assigned, JOIN_MS)) === undefined || this.#left) throw new LogUnavailableError(`${this.options.group}: not joined`);
    } catch (error) {
      await disconnect(consumer);
      throw error;
    }
  }

  #create(): Consumer {
    const { group, sessionTimeoutMs } = this.options;
    return this.kafka.consumer({
      groupId: group,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: Math.max(10_000, sessionTimeoutMs),
      heartbeatInterval: Math.max(100, Math.min(1_000, sessionTimeoutMs / 5)),
      maxWaitTimeInMs: LOOP_MS,
      allowAutoTopicCreation: false,
      partitionAssigners: [
        (config) => {
          this.#handOverBeforeJoining(config.cluster);
          return coPartitionedAssigner(config);
        },
      ],
      // A crashed consumer is replaced by a fresh one here: restarted by kafkajs it can sit alive and consume nothing.
      retry: { ...RETRY, restartOnFailure: () => Promise.resolve(false) },
    });
  }

  /**
   * kafkajs has no hook that it waits for before it gives partitions up, but every join begins by looking for the
   * coordinator on the cluster it hands to assigners.
   */
  #handOverBeforeJoining(cluster: Cluster): void {
    const find = cluster.findGroupCoordinator.bind(cluster);
    cluster.findGroupCoordinator = async (group) => {
      await atMost(this.options.onHandOver(), this.options.sessionTimeoutMs / 2);
      return find(group);
    };
  }

  #firstAssignment(consumer: Consumer): Promise<true> {
    return new Promise((resolve, reject) => {
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
        // Synchronously, before the first fetch; by topic, so that it holds for every later assignment too.
        consumer.pause(this.options.topics.map((topic) => ({ topic })));
        this.#heardAt = performance.now();
        if (this.#consumer === consumer) this.options.onAssigned(toPartitions(payload.memberAssignment));
        resolve(true);
      });
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        reject(payload.error);
        if (this.#consumer === consumer) this.#lost('the group membership crashed', payload.error);
      });
      consumer.on(consumer.events.REBALANCING, () => this.options.onSuspended());
      consumer.on(consumer.events.HEARTBEAT, () => {
        this.#heardAt = performance.now();
      });
    });
  }

  #watch(): void {
    const silentMs = performance.now() - this.#heardAt;
    if (silentMs > 3 * this.options.sessionTimeoutMs + 10_000) this.#lost(`no heartbeat for ${silentMs} ms`, undefined);
  }

  #lost(message: string, cause: unknown): void {
    if (this.#left || this.#watchdog === undefined || this.#restarting) return;
    this.options.onWarning(`${this.options.group}: ${message}, joining anew`, cause);
    this.options.onSuspended();
    this.#restarting = this.#restart().finally(() => {
      this.#restarting = undefined;
    });
  }

  async #restart(): Promise<void> {
    await this.#disconnect();
    await this.#persist(() => undefined);
  }

  /** One consumer after the other until one is assigned its partitions (a coordinator may be loading, moving or gone). */
  async #persist(failed: (error: unknown) => void): Promise<void> {
    for (let failures = 1; !this.#left; failures++) {
      try {
        return await this.#begin();
      } catch (error) {
        failed(error);
        this.options.onWarning(`${this.options.group}: joining failed, trying again`, error);
        await new Promise((resolve) => setTimeout(resolve, backOffMs(failures, 100, 2_000)));
      }
    }
  }

  async #disconnect(): Promise<void> {
    const consumer = this.#consumer;
    this.#consumer = undefined;
    if (consumer) await disconnect(consumer);
  }
}

/** Also tells the coordinator, so that the others take over at once. */
async function disconnect(consumer: Consumer): Promise<void> {
  await atMost(consumer.disconnect(), LEAVE_MS).catch(() => undefined);
}

function toPartitions(assignment: Readonly<Record<string, number[]>>): TopicPartition[] {
  return Object.entries(assignment).flatMap(([topic, partitions]) => partitions.map((partition) => ({ topic, partition })));
}
