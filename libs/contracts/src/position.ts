import { EVENT_TYPES, topicOf } from './catalogue';
import type { EventPosition } from './decoded-event';

const INDEX_OF_TOPIC: ReadonlyMap<string, number> = new Map(EVENT_TYPES.map((type, index) => [topicOf(type), index]));
/** No topic has more partitions: makes one number of a topic and a partition. */
const MOST_PARTITIONS = 1_000_000;

/** For each partition named, the offset of the last event that must have been folded. */
export type PositionVector = readonly EventPosition[];

/**
 * The opaque token clients get and send back in `X-Picly-After`: base64url of `topicIndex.partition.offset`, joined by
 * commas; only the highest offset of each partition is kept.
 */
export function encodePosition(positions: PositionVector): string {
  const highest = new Map<number, number>();
  for (const { topic, partition, offset } of positions) {
    const place = (INDEX_OF_TOPIC.get(topic) ?? -1) * MOST_PARTITIONS + partition;
    const before = highest.get(place);
    if (before === undefined || before < offset) highest.set(place, offset);
  }
  const parts = [...highest].map(([place, offset]) => `${Math.floor(place / MOST_PARTITIONS)}.${place % MOST_PARTITIONS}.${offset}`);
  return Buffer.from(parts.join(',')).toString('base64url');
}

/** Reads a token; `undefined` when it is none of ours. */
export function decodePosition(token: string): PositionVector | undefined {
  const parts = Buffer.from(token, 'base64url').toString('utf8').split(',');
  const positions: EventPosition[] = [];
  for (const part of parts) {
    const match = /^(\d{1,4})\.(\d{1,6})\.(\d{1,15})$/.exec(part);
    const type = EVENT_TYPES[Number(match?.[1])];
    if (!match || type === undefined) return undefined;
    positions.push({ topic: topicOf(type), partition: Number(match[2]), offset: Number(match[3]) });
  }
  return positions;
}
