import type { PendingRecord } from './append-ticket';

/** The records of one partition in one send. It is re-sent as it is or not at all: the broker knows it by first and last sequence. */
export interface Chunk {
  readonly topic: string;
  readonly partition: number;
  readonly entries: readonly PendingRecord[];
}

export interface SendLimits {
  /** kafkajs groups the records of a send in quadratic time: 2 us each at 1,000 per partition, 130 us at 20,000. */
  readonly recordsPerPartition: number;
  /** Below the broker's limit of one record batch. */
  readonly bytesPerPartition: number;
  readonly bytesPerSend: number;
}

/** What waits to be sent: one queue per partition, first in first out, partitions taken in turn. */
export class PendingQueues {
  readonly #queues = new Map<string, PendingRecord[]>();

  add(entries: readonly PendingRecord[]): void {
    for (const entry of entries) {
      const key = `${entry.record.topic}/${entry.partition}`;
      const queue = this.#queues.get(key);
      if (queue) queue.push(entry);
      else this.#queues.set(key, [entry]);
    }
  }

  get empty(): boolean {
    return this.#queues.size === 0;
  }

  /** The next send: at most one chunk per partition; records nobody waits for any more are left out. */
  take(limits: SendLimits): Chunk[] {
    const chunks: Chunk[] = [];
    let room = limits.bytesPerSend;
    for (const [key, queue] of [...this.#queues]) {
      if (room <= 0) break;
      const { taken, rest, bytes } = split(queue, limits.recordsPerPartition, Math.min(room, limits.bytesPerPartition));
      room -= bytes;
      this.#queues.delete(key);
      if (rest.length > 0) this.#queues.set(key, rest);
      const first = taken[0];
      if (first) chunks.push({ topic: first.record.topic, partition: first.partition, entries: taken });
    }
    return chunks;
  }
}

function split(
  queue: readonly PendingRecord[],
  mostRecords: number,
  mostBytes: number,
): { taken: PendingRecord[]; rest: PendingRecord[]; bytes: number } {
  const taken: PendingRecord[] = [];
  let bytes = 0;
  for (let at = 0; at < queue.length; at++) {
    const entry = queue[at];
    if (!entry || entry.ticket.settled) continue;
    const full = taken.length >= mostRecords || (taken.length > 0 && bytes + entry.bytes > mostBytes);
    if (full) return { taken, rest: queue.slice(at), bytes };
    taken.push(entry);
    bytes += entry.bytes;
  }
  return { taken, rest: [], bytes };
}
