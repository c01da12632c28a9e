import type { EventLog } from '../port';
import { appendFeatures, readFeatures, topicFeatures } from './append-and-read.features';
import { disruptionFeatures, isolationFeatures } from './failures.features';
import { deliveryFeatures, sharingFeatures } from './groups.features';
import { freshName, PARTITIONS, type LogFixture, type LogHarness } from './log-harness';

/** Patience for slow machines: the tests themselves wait for what happens, never for time. */
const TEST_TIMEOUT_MS = 60_000;

/** What every adapter of the log does. `harness` is set up once; its optional parts allow the tests of failures. */
export function eventLogFeatures(
  name: string,
  setUp: () => Promise<LogHarness>,
  failures: { readonly disrupt: boolean; readonly isolate: boolean } = { disrupt: true, isolate: true },
): void {
  describe(name, () => {
    jest.setTimeout(TEST_TIMEOUT_MS);
    let harness: LogHarness;
    let log: EventLog;
    const opened: EventLog[] = [];

    beforeAll(async () => {
      harness = await setUp();
      log = await harness.open();
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((one) => one.close()));
    });
    afterAll(async () => {
      await log?.close();
      await harness?.close();
    });

    const fixture = (): LogFixture => ({
      log,
      harness,
      open: async () => {
        const another = await harness.open();
        opened.push(another);
        return another;
      },
      topic: async (partitions = PARTITIONS) => {
        const topic = freshName();
        await log.ensureTopics([{ name: topic, partitions, retentionMs: null }]);
        return topic;
      },
    });

    topicFeatures(fixture);
    appendFeatures(fixture);
    readFeatures(fixture);
    deliveryFeatures(fixture);
    sharingFeatures(fixture);
    if (failures.disrupt) disruptionFeatures(fixture, async () => harness.disrupt?.());
    if (failures.isolate) {
      isolationFeatures(fixture, async (one) => {
        if (!harness.isolate) throw new Error('this harness cannot isolate');
        return harness.isolate(one);
      });
    }
  });
}
