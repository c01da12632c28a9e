import type { EventLog, LogPosition, PartitionBounds } from '@picly/event-log';
import type { Until } from './jobs';

/**
 * Where each partition ends for a copy as of then: the given positions (each the last event of its partition that is in; partitions that
 * are not named end where they end now), or the first record received at or after a time. Records of a partition are in the order
 * of their receipt.
 */
export async function untilPositions(
  log: Pick<EventLog, 'bounds' | 'read'>,
  topics: readonly string[],
  until: Until,
): Promise<LogPosition[]> {
  const bounds = await log.bounds(topics);
  if ('positions' in until) return bounds.map((bound) => givenEnd(bound, until.positions));
  const ends: LogPosition[] = [];
  for (const bound of bounds) {
    ends.push({ topic: bound.topic, partition: bound.partition, offset: await firstAtOrAfter(log, bound, until.time_ms) });
  }
  return ends;
}

function givenEnd({ topic, partition, start, end }: PartitionBounds, positions: readonly LogPosition[]): LogPosition {
  const given = positions.find((position) => position.topic === topic && position.partition === partition);
  return { topic, partition, offset: given ? Math.max(start, Math.min(end, given.offset)) : end };
}

async function firstAtOrAfter(
  log: Pick<EventLog, 'read'>,
  { topic, partition, start, end }: PartitionBounds,
  timeMs: number,
): Promise<number> {
  let [low, high] = [start, end];
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    const [batch] = await log.read({ from: [{ topic, partition, offset: middle }], maxRecords: 1, maxWaitMs: 1_000 });
    const record = batch?.records[0];
    if (record !== undefined && record.timestamp < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
