import { isKafkaRequired, kafkaUnavailable, publishKafka, testKafkaBrokers, testKafkaFiles } from './config';
import { startContainerKafka } from './container-kafka';
import { startJdkKafka } from './jdk-kafka';
import { takeTopics } from './own-topics';

interface Started {
  readonly brokers: readonly string[];
  readonly dataDir?: string;
  stop(): Promise<void>;
}

/** What a suite is given. */
export interface KafkaForTests {
  readonly brokers: readonly string[];
  /** The folder of their files; `undefined` when they run in a container or elsewhere. */
  readonly dataDir: string | undefined;
}

let running: Started | undefined;

/**
 * The Kafka of a test run: the one named by `PICLY_TEST_KAFKA`, else a container, else the broker from the Maven artifacts.
 * Where none can be had the specs say so in one line each, or fail when `PICLY_REQUIRE` names kafka.
 */
export async function kafkaGlobalSetup(): Promise<void> {
  if (testKafkaBrokers()) return;
  try {
    running = await startKafka();
    publishKafka(running);
  } catch (error) {
    const unavailable = reasonOf(error);
    if (isKafkaRequired()) throw new Error(`Kafka is required and not available: ${unavailable}`, { cause: error });
    publishKafka({ unavailable });
  }
}

export async function kafkaGlobalTeardown(): Promise<void> {
  const stopping = running;
  running = undefined;
  if (!stopping) return;
  publishKafka({});
  await stopping.stop();
}

/** The brokers to test against, or `undefined` where there is none (see `describeWithKafka`). */
export function kafkaForTests(): KafkaForTests | undefined {
  const brokers = testKafkaBrokers();
  return brokers ? { brokers, dataDir: testKafkaFiles() } : undefined;
}

/** A suite against real Kafka; where there is none, one visible line instead of it. */
export function describeWithKafka(title: string, suite: (kafka: KafkaForTests) => void): void {
  const kafka = kafkaForTests();
  describe(title, () => {
    if (kafka) return suite(kafka);
    it(`is not tested here, Kafka is not available: ${kafkaUnavailable() ?? 'it was not started'}`, () => {
      if (isKafkaRequired()) throw new Error('Kafka is required');
    });
  });
}

const TOPICS_WITHIN_MS = 300_000;

/** The same for a suite that runs the product, whose topics have fixed names: it finds none of them. */
export function describeWithEmptyKafka(title: string, suite: (kafka: KafkaForTests) => void): void {
  describeWithKafka(title, (kafka) => {
    let giveBack: (() => Promise<void>) | undefined;
    beforeAll(async () => void (giveBack = await takeTopics(kafka.brokers)), TOPICS_WITHIN_MS);
    suite(kafka);
    // After what the suite has to close.
    afterAll(() => giveBack?.());
  });
}

async function startKafka(): Promise<Started> {
  try {
    return await startContainerKafka();
  } catch (noContainer) {
    try {
      return await startJdkKafka();
    } catch (noJdk) {
      throw new Error(`no container (${reasonOf(noContainer)}), no broker from the JDK (${reasonOf(noJdk)})`, { cause: noJdk });
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
