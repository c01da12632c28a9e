import type { EventLog, LogPosition, LogRecord, PartitionBounds, TopicPartition } from '../port';

export const placeOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

const CHUNK = 2_000;

/** The records of a partition from `from` up to `to`, in portions. */
export async function* recordsBetween(
  log: Pick<EventLog, 'read'>,
  { topic, partition, from, to }: TopicPartition & { readonly from: number; readonly to: number },
): AsyncGenerator<readonly LogRecord[]> {
  for (let offset = from; offset < to;) {
    const [batch] = await log.read({ from: [{ topic, partition, offset }], maxRecords: Math.min(CHUNK, to - offset), maxWaitMs: 1_000 });
    const records = (batch?.records ?? []).filter((record) => record.offset < to);
    if (records.length === 0) continue;
    yield records;
    offset = (records.at(-1)?.offset ?? offset) + 1;
  }
}

/** How many records there are between the positions and the ends. */
export function remaining(positions: readonly LogPosition[], ends: ReadonlyMap<string, PartitionBounds>): number {
  return positions.reduce((sum, position) => sum + Math.max(0, (ends.get(placeOf(position))?.end ?? 0) - position.offset), 0);
}
