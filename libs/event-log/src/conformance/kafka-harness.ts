import { randomUUID } from 'node:crypto';
import type { AppendRecord, EventLog, GroupHandler, LogBatch, LogPosition, LogRecord, TopicPartition } from '../port';

/** A topic name nobody else uses. */
export function freshTopic(): string {
  return `test.${randomUUID().slice(0, 13)}`;
}

export function record(topic: string, key: string, value: string): AppendRecord {
  return { topic, key, value: Buffer.from(value), headers: { ce_id: value }, timestamp: 1_700_000_000_000 };
}

/** Poll until it is so; fails with what was seen last. */
export async function eventually<T>(look: () => T | undefined | false, withinMs = 60_000): Promise<T> {
  for (const until = Date.now() + withinMs; ;) {
    const seen = look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > until) throw new Error(`not within ${withinMs} ms: ${look.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A handler that remembers what it was given and keeps its own positions, as checkpoints do. */
export class Recorder implements GroupHandler {
  readonly records: LogRecord[] = [];
  readonly assignments: (readonly TopicPartition[])[] = [];
  readonly revocations: (readonly TopicPartition[])[] = [];
  readonly halts: { partition: TopicPartition; error: Error }[] = [];

  constructor(readonly positions = new Map<string, number>()) {}

  async assigned(partitions: readonly TopicPartition[]): Promise<readonly LogPosition[]> {
    this.assignments.push(partitions);
    return partitions.map((p) => ({ ...p, offset: this.positions.get(keyOf(p)) ?? 0 }));
  }

  async revoked(partitions: readonly TopicPartition[]): Promise<void> {
    this.revocations.push(partitions);
  }

  async batch(batch: LogBatch): Promise<void> {
    this.records.push(...batch.records);
    this.positions.set(keyOf(batch), (batch.records.at(-1)?.offset ?? -1) + 1);
  }

  halted(partition: TopicPartition, error: Error): void {
    this.halts.push({ partition, error });
  }

  values(): string[] {
    return this.records.map((r) => r.value.toString());
  }
}

export function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

/** The beginning of every partition of the topic. */
export async function positionsOf(log: EventLog, topic: string): Promise<LogPosition[]> {
  return (await log.bounds([topic])).map(({ partition, start }) => ({ topic, partition, offset: start }));
}
