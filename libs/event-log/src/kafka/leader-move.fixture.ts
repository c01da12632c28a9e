import type { Message } from 'kafkajs';
import createSendMessages from 'kafkajs/src/producer/sendMessages';
import type { SendBatch } from './verified-send';

interface Wire {
  readonly topicData: readonly { topic: string; partitions: readonly { partition: number; messages: readonly Message[] }[] }[];
}

type Store = Map<number, string[]>;

/**
 * kafkajs' own sending code against a stub cluster of two brokers. Partition 0 is led by broker 1, partition 1 by broker 2,
 * which fails its first produce request; by then broker 1 leads both.
 */
export function leaderMoveCluster(): { send: SendBatch; stored: ReadonlyMap<number, readonly string[]> } {
  const stored: Store = new Map([
    [0, []],
    [1, []],
  ]);
  const sendMessages = createSendMessages({
    logger: { debug: () => undefined, error: () => undefined },
    cluster: cluster(stored),
    eosManager,
    partitioner: ({ message }) => message.partition ?? 0,
    retrier: untilItWorks,
  });
  return { send: (topicMessages) => sendMessages({ acks: -1, topicMessages }), stored };
}

const nothing = async (): Promise<void> => undefined;

const eosManager = {
  acquireBrokerLock: nothing,
  releaseBrokerLock: nothing,
  isTransactional: () => false,
  getSequence: () => 0,
  updateSequence: () => undefined,
  getProducerId: () => 1,
  getProducerEpoch: () => 0,
};

function cluster(stored: Store): unknown {
  let moved = false;
  const leaderOf = (partition: string): string => (partition === '0' || moved ? '1' : '2');
  const leading = { nodeId: '1', produce: async (request: Wire) => ({ topics: write(stored, request) }) };
  const failing = {
    nodeId: '2',
    produce: async () => {
      moved = true;
      throw Object.assign(new Error('not the leader'), { name: 'KafkaJSProtocolError', type: 'NOT_LEADER_FOR_PARTITION', retriable: true });
    },
  };
  return {
    refreshMetadataIfNecessary: nothing,
    refreshMetadata: nothing,
    addMultipleTargetTopics: nothing,
    isConnected: () => true,
    findTopicPartitionMetadata: () => [{ partitionId: 0 }, { partitionId: 1 }],
    findLeaderForPartitions: (_topic: string, partitions: readonly string[]) => {
      const leaders: Record<string, number[]> = {};
      for (const partition of partitions) (leaders[leaderOf(partition)] ??= []).push(Number(partition));
      return leaders;
    },
    findBroker: async ({ nodeId }: { nodeId: string }) => (nodeId === '1' ? leading : failing),
  };
}

function write(stored: Store, request: Wire): unknown {
  return request.topicData.map(({ topic, partitions }) => ({
    topicName: topic,
    partitions: partitions.map(({ partition, messages }) => {
      const log = stored.get(partition) ?? [];
      const baseOffset = String(log.length);
      log.push(...messages.map(({ value }) => value?.toString() ?? ''));
      return { partition, errorCode: 0, baseOffset };
    }),
  }));
}

/** The brokers have said who leads now: at once again. */
async function untilItWorks<T>(attempt: (bail: (error: Error) => void) => Promise<T>): Promise<T> {
  for (;;) {
    let failure: unknown;
    const bail = (error: Error): void => {
      throw error;
    };
    const answer = await attempt(bail).catch((error: unknown) => {
      failure = error;
      return undefined;
    });
    if (answer !== undefined) return answer;
    if (failure === undefined) throw new Error('kafkajs answered nothing');
  }
}
