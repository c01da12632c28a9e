import { describeWithKafka, type TcpProxy } from '@picly/testing';
import { createKafkaLog } from '../kafka/kafka-log';
import type { EventLog } from '../port';
import { eventLogFeatures } from './event-log.features';
import { proxied } from './kafka-wire';
import type { LogHarness } from './log-harness';

/** Every client goes through a proxy of its own, so that it can be cut off alone. */
async function kafkaHarness(brokers: readonly string[]): Promise<LogHarness> {
  const proxies = new Map<EventLog, TcpProxy>();
  return {
    open: async () => {
      const { proxy, through } = await proxied(brokers);
      const log = await createKafkaLog({ ...through, clientId: 'features' });
      proxies.set(log, proxy);
      return log;
    },
    disrupt: async () => {
      for (const proxy of proxies.values()) proxy.cut();
    },
    isolate: async (log) => {
      proxies.get(log)?.refuse(true);
      return async () => proxies.get(log)?.refuse(false);
    },
    close: async () => {
      for (const proxy of proxies.values()) await proxy.close();
    },
  };
}

describeWithKafka('the log on Kafka', (kafka) => eventLogFeatures('as every log', () => kafkaHarness(kafka.brokers)));
