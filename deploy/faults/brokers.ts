import { startJdkKafka, startTcpProxy, type KafkaCluster, type TcpProxy } from '@picly/testing';
import { Kafka, logLevel } from 'kafkajs';
import { mend } from './mend';

const COUNT = 3;

/**
 * Three brokers; every partition is on all of them, and a record is acknowledged when two have it. Processes of the product
 * reach each of them through a wire of its own that can be cut, whatever the brokers tell of their addresses.
 */
export class Brokers {
  private readonly down = new Set<number>();
  private readonly asleep = new Set<number>();

  private constructor(
    private readonly cluster: KafkaCluster,
    /** One per broker. */
    readonly wires: readonly TcpProxy[],
  ) {}

  static async start(): Promise<Brokers> {
    const cluster = await startJdkKafka({ brokers: COUNT, detour: true });
    const wires: TcpProxy[] = [];
    for (const { host, port, advertised } of cluster.detours) wires.push(await startTcpProxy({ host, port }, advertised));
    return new Brokers(cluster, wires);
  }

  /** For processes of the product: through the wires. */
  get addresses(): readonly string[] {
    return this.wires.map(({ host, port }) => `${host}:${port}`);
  }

  /** Past the wires. */
  get directAddresses(): readonly string[] {
    return this.cluster.brokers;
  }

  /** Their numbers, from 1. */
  get numbers(): readonly number[] {
    return this.cluster.brokers.map((_, n) => n + 1);
  }

  /** The number of the broker that leads a partition. Throws when none does. */
  async leaderOf(topic: string, partition: number): Promise<number> {
    const kafka = new Kafka({ brokers: [...this.directAddresses], clientId: 'picly-faults', logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    try {
      await admin.connect();
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      const leader = topics[0]?.partitions.find(({ partitionId }) => partitionId === partition)?.leader ?? -1;
      if (leader < 1) throw new Error(`nobody leads ${topic}/${partition}`);
      return leader;
    } finally {
      await admin.disconnect();
    }
  }

  async kill(broker: number): Promise<void> {
    this.down.add(broker);
    await this.cluster.kill(broker);
  }

  /** A clean end, in which it hands its partitions over. */
  async end(broker: number): Promise<void> {
    this.down.add(broker);
    await this.cluster.end(broker);
  }

  async start(broker: number): Promise<void> {
    await this.cluster.start(broker);
    this.down.delete(broker);
  }

  async pause(broker: number): Promise<void> {
    this.asleep.add(broker);
    await this.cluster.pause(broker);
  }

  async resume(broker: number): Promise<void> {
    await this.cluster.resume(broker);
    this.asleep.delete(broker);
  }

  async heal(): Promise<void> {
    this.wires.forEach(mend);
    for (const broker of [...this.asleep]) await this.resume(broker);
    for (const broker of [...this.down]) await this.start(broker);
  }

  async stop(): Promise<void> {
    for (const broker of [...this.asleep]) await this.resume(broker);
    for (const wire of this.wires) await wire.close();
    await this.cluster.stop();
  }
}
