import { EVENT_TYPES, topicOf } from './catalogue';
import type { EventPosition } from './decoded-event';

/** For each partition named, the offset of the last event that must have been folded. */
export type PositionVector = readonly EventPosition[];

/**
 * The opaque token clients get and send back in `X-Picly-After`: base64url of `topicIndex.partition.offset`, joined by
 * commas; only the highest offset of each partition is kept.
 */
export function encodePosition(positions: PositionVector): string {
  const highest = new Map<string, number>();
  for (const { topic, partition, offset } of positions) {
    const at = `${EVENT_TYPES.findIndex((type) => topicOf(type) === topic)}.${partition}`;
    highest.set(at, Math.max(highest.get(at) ?? -1, offset));
  }
  return Buffer.from([...highest].map(([at, offset]) => `${at}.${offset}`).join(',')).toString('base64url');
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
