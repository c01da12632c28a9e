import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { ROOT, startProcess } from './process';

export interface RunningKafka {
  readonly brokers: readonly string[];
  stop(): Promise<void>;
}

/** One real broker from the Maven artifacts; rejects with the reason when it cannot be had. */
export async function startKafka(dir: string): Promise<RunningKafka> {
  const dataDir = path.join(dir, 'kafka');
  const running = startProcess('deploy/kafka/run.mjs', { args: ['--controlled', '--port', '0', '--data-dir', dataDir] });
  const [, brokers = ''] = await running.line(/^Kafka is ready: (\S+)/);
  const stop = async (): Promise<void> => {
    running.stdin?.end();
    await running.ended;
    await rm(dataDir, { recursive: true, force: true });
  };
  return { brokers: brokers.split(','), stop };
}

export async function kafkaVersion(): Promise<string> {
  const pom = await readFile(path.join(ROOT, 'deploy/kafka/pom.xml'), 'utf8');
  return /<artifactId>kafka_2\.13<\/artifactId>\s*<version>([^<]+)/.exec(pom)?.[1] ?? 'unknown';
}

/** A topic with so many messages in it. */
export async function fillTopic(brokers: readonly string[], topic: string, values: readonly object[]): Promise<void> {
  const kafka = new Kafka({ clientId: 'bench', brokers: [...brokers], logLevel: logLevel.ERROR });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 8 }] });
  await admin.disconnect();
  const producer = kafka.producer();
  await producer.connect();
  for (let from = 0; from < values.length; from += 500) {
    const messages = values.slice(from, from + 500).map((value, n) => ({ key: String(from + n), value: JSON.stringify(value) }));
    await producer.send({ topic, messages, acks: -1 });
  }
  await producer.disconnect();
}
