import { Kafka, logLevel, type Admin } from 'kafkajs';
import { LogUnavailableError } from '../errors';
import { Topics } from './topics';

const leader = { partitionErrorCode: 0, leader: 1, replicas: [1], isr: [1] };

/** An admin client that knows a topic of two partitions, some of which are led. */
function adminWith(led: () => readonly number[]): Admin {
  const admin = new Kafka({ brokers: ['nowhere:1'], clientId: 'spec', logLevel: logLevel.NOTHING }).admin();
  return {
    ...admin,
    connect: async () => undefined,
    disconnect: async () => undefined,
    listTopics: async () => ['t'],
    fetchTopicMetadata: async () => ({ topics: [{ name: 't', partitions: [0, 1].map((partitionId) => ({ partitionId, ...leader })) }] }),
    fetchTopicOffsets: async () => led().map((partition) => ({ partition, offset: '7', low: '2', high: '7' })),
  };
}

describe('the bounds of a topic', () => {
  it('are those of all its partitions, or none while one of them has no leader', async () => {
    let led = [1];
    const topics = new Topics(
      adminWith(() => led),
      { replicationFactor: undefined, harmful: 'refuse', onWarning: () => undefined },
    );
    await expect(topics.bounds(['t'])).rejects.toBeInstanceOf(LogUnavailableError);
    await expect(topics.bounds(['t'])).rejects.toMatchObject({ retryable: true });
    led = [1, 0];
    expect(await topics.bounds(['t'])).toEqual([0, 1].map((partition) => ({ topic: 't', partition, start: 2, end: 7 })));
  });
});
