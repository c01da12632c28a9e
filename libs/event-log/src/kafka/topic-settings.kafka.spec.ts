import { describeWithKafka } from '@picly/testing';
import { ConfigResourceTypes, Kafka, logLevel, type Admin } from 'kafkajs';
import { freshTopic } from '../conformance/kafka-harness';
import type { EventLog } from '../port';
import { createKafkaLog } from './kafka-log';
import type { KafkaLogOptions } from './options';

describeWithKafka('topics that exist on Kafka already', ({ brokers }) => {
  let admin: Admin;
  const logs: EventLog[] = [];
  const warnings: string[] = [];
  beforeAll(async () => {
    admin = new Kafka({ brokers: [...brokers], clientId: 'settings', logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
  });
  afterEach(async () => {
    warnings.length = 0;
    await Promise.all(logs.splice(0).map((log) => log.close()));
  });
  afterAll(() => admin.disconnect());

  async function open(options: Partial<KafkaLogOptions> = {}): Promise<EventLog> {
    const log = await createKafkaLog({ brokers, clientId: 'settings', onWarning: (message) => warnings.push(message), ...options });
    logs.push(log);
    return log;
  }

  /** A topic that somebody else has made. */
  async function madeWith(settings: Readonly<Record<string, string>>): Promise<string> {
    const topic = freshTopic();
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 2, replicationFactor: 1, configEntries }] });
    return topic;
  }

  async function settingsOf(topic: string): Promise<Record<string, string>> {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
    });
    return Object.fromEntries((resources[0]?.configEntries ?? []).map(({ configName, configValue }) => [configName, configValue]));
  }

  const ensure = (log: EventLog, name: string, retentionMs: number | null = null) =>
    log.ensureTopics([{ name, partitions: 2, retentionMs }]);

  it.each([
    [{ 'retention.ms': '604800000' }, 'retention.ms=604800000 (needed: -1)'],
    [{ 'retention.ms': '-1', 'retention.bytes': '1000000' }, 'retention.bytes=1000000 (needed: -1)'],
    [{ 'retention.ms': '-1', 'cleanup.policy': 'compact' }, 'cleanup.policy=compact (needed: delete)'],
    [{ 'retention.ms': '-1', 'cleanup.policy': 'compact,delete' }, 'cleanup.policy=compact,delete (needed: delete)'],
    [{}, 'retention.ms=604800000 (needed: -1)'],
  ])('are refused with %j, by topic, value and remedy, and left as they are', async (settings, told) => {
    const topic = await madeWith(settings);
    const before = await settingsOf(topic);
    const refused = ensure(await open(), topic);
    await expect(refused).rejects.toMatchObject({ code: 'LOG_CONFIGURATION', retryable: false });
    await expect(refused).rejects.toThrow(`Kafka would drop events that views are folded and rebuilt from: ${topic} has ${told}`);
    await expect(refused).rejects.toThrow(`--entity-name ${topic} --add-config ${told.split(/[= ]/)[0]}=`);
    await expect(refused).rejects.toThrow('KAFKA_TOPIC_SETTINGS=mend');
    expect(await settingsOf(topic)).toEqual(before);
  });

  it('are mended on request, and keep their other settings', async () => {
    const topic = await madeWith({
      'retention.ms': '86400000',
      'cleanup.policy': 'compact',
      'segment.bytes': '20000000',
      'max.message.bytes': '2000000',
    });
    const before = await settingsOf(topic);
    await ensure(await open({ harmfulSettings: 'mend' }), topic);
    expect(await settingsOf(topic)).toEqual({ ...before, 'retention.ms': '-1', 'cleanup.policy': 'delete' });
    expect(warnings).toEqual([
      `settings of topics were changed: ${topic} cleanup.policy=delete (was compact), ${topic} retention.ms=-1 (was 86400000)`,
    ]);
    await ensure(await open(), topic);
  });

  it('are taken as they are when they keep what is needed, or more', async () => {
    const topic = await madeWith({ 'retention.ms': '86400000' });
    const log = await open();
    await ensure(log, topic, 86_400_000);
    await ensure(log, topic, 3_600_000);
    await expect(ensure(log, topic, 86_400_001)).rejects.toThrow('needed: 86400001');
    const own = freshTopic();
    await ensure(log, own);
    await ensure(await open(), own);
    expect(warnings).toEqual([]);
  });
});
