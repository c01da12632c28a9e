import type { DecodedEvent } from '@picly/contracts';

/** Numbers in [0, 1) that are equal in every run with the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * What a log may do to events on their way to a fold: some come again later, partitions interleave at will, batches are cut
 * anywhere. The order inside a partition of a topic is kept.
 */
export function scramble(events: readonly DecodedEvent[], random: () => number): DecodedEvent[][] {
  const queues = [...partitionsOf(events).values()].map((queue) => withDuplicates(queue, random));
  const batches: DecodedEvent[][] = [[]];
  while (queues.some((queue) => queue.length > 0)) {
    const waiting = queues.filter((queue) => queue.length > 0);
    const queue = waiting[Math.floor(random() * waiting.length)] ?? [];
    batches.at(-1)?.push(...queue.splice(0, 1 + Math.floor(random() * 4)));
    if (random() < 0.3) batches.push([]);
  }
  return batches.filter((batch) => batch.length > 0);
}

function partitionsOf(events: readonly DecodedEvent[]): Map<string, DecodedEvent[]> {
  const partitions = new Map<string, DecodedEvent[]>();
  for (const event of events) {
    const place = `${event.position.topic}/${event.position.partition}`;
    const queue = partitions.get(place);
    if (queue) queue.push(event);
    else partitions.set(place, [event]);
  }
  return partitions;
}

function withDuplicates(queue: readonly DecodedEvent[], random: () => number): DecodedEvent[] {
  const result: DecodedEvent[] = [];
  for (const event of queue) {
    result.push(event);
    const again = result[Math.floor(random() * result.length)];
    if (again && random() < 0.25) result.push(again);
  }
  return result;
}
