import { connect } from 'node:net';
import { startTcpProxy, type TcpProxy } from '@picly/testing';
import type { KafkaLogOptions } from '../kafka/options';

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
