import type { Inspect } from '../tcp-proxy';

const PRODUCE = 0;

/**
 * Breaks the connection in place of the answer to produce requests number `first` to `last` (counted from 1): they are written, nobody
 * hears of it. For a proxy before a Kafka broker.
 */
export function loseProduceAnswers(first: number, last: number): { inspect: Inspect; lost: () => number } {
  let seen = 0;
  let lost = 0;
  const awaited = new Map<number, number>();
  return {
    lost: () => lost,
    inspect: (direction, chunk, connection) => {
      if (direction === 'to-server') {
        const isRequest = chunk.length >= 12 && chunk.readInt32BE(0) === chunk.length - 4;
        if (isRequest && chunk.readInt16BE(4) === PRODUCE && ++seen >= first && seen <= last) awaited.set(connection, chunk.readInt32BE(8));
        return 'pass';
      }
      const correlation = awaited.get(connection);
      if (correlation === undefined || chunk.length < 8 || chunk.readInt32BE(4) !== correlation) return 'pass';
      awaited.delete(connection);
      lost += 1;
      return 'cut';
    },
  };
}
