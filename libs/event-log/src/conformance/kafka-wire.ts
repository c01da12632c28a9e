import { connect } from 'node:net';
import { type Inspect, startTcpProxy, type TcpProxy } from '@picly/testing';
import type { KafkaLogOptions } from '../kafka/options';

const PRODUCE = 0;

/** A proxy in front of the first broker, and the option that sends every connection of a log through it. */
export async function proxied(
  brokers: readonly string[],
): Promise<{ proxy: TcpProxy; through: Pick<KafkaLogOptions, 'brokers' | 'socketFactory'> }> {
  const [host = '', port = ''] = (brokers[0] ?? '').split(':');
  const proxy = await startTcpProxy({ host, port: Number(port) });
  // Brokers tell clients their own address, so the detour is made where the connection is opened.
  const socketFactory: KafkaLogOptions['socketFactory'] = ({ onConnect }) => connect(proxy.port, proxy.host, onConnect);
  return { proxy, through: { brokers: [...brokers], socketFactory } };
}

/** Breaks the connection in place of the answer to produce requests number `first` to `last` (counted from 1): they are written, nobody hears of it. */
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
