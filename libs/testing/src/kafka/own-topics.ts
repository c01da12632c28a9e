import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';

const PREFIX = 'picly.';

/** Deletes the topics of the product, and waits until the broker knows them no more. */
async function deleteTopics(brokers: readonly string[]): Promise<void> {
  const admin = new Kafka({ brokers: [...brokers], clientId: 'picly-tests', logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const ours = async (): Promise<string[]> => (await admin.listTopics()).filter((topic) => topic.startsWith(PREFIX));
    const topics = await ours();
    if (topics.length > 0) await admin.deleteTopics({ topics, timeout: 10_000 });
    while ((await ours()).length > 0) await sleep(100);
  } finally {
    await admin.disconnect();
  }
}

/** The topics of the product on the broker of the test run, empty, for one spec file at a time. Answers how to give them back. */
export async function takeTopics(brokers: readonly string[]): Promise<() => Promise<void>> {
  const lock = path.join(tmpdir(), `picly-topics-${brokers.join('-').replace(/\W/g, '-')}`);
  for (;;) {
    try {
      await mkdir(lock);
      break;
    } catch {
      await sleep(200);
    }
  }
  const giveBack = (): Promise<void> => rm(lock, { recursive: true, force: true });
  try {
    await deleteTopics(brokers);
    return giveBack;
  } catch (error) {
    await giveBack();
    throw error;
  }
}
