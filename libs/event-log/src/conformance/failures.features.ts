import { LogUnavailableError } from '../errors';
import { GroupLedger } from './group-ledger';
import { freshName, keyFor, PARTITIONS, readCount, recordOf, rejectionOf, series, startsOf, valueOf, type LogFixture } from './log-harness';

/** The shortest session that a broker accepts by default. */
const SHORT_SESSION_MS = 6_000;

export function disruptionFeatures(fixture: () => LogFixture, disrupt: () => Promise<void>): void {
  describe('when all connections break', () => {
    it('what was acknowledged is in the log, where the acknowledgement said', async () => {
      const topic = await fixture().topic();
      const log = await fixture().open();
      const acknowledged = new Map<string, string>();
      let appended = 0;
      const write = async () => {
        for (let i = 0; appended < 300; i++) {
          const value = `${i}`;
          const positions = await log
            .append([recordOf(topic, keyFor(i % PARTITIONS), value)], { deadlineMs: 15_000 })
            .catch((error: unknown) => {
              expect(error).toBeInstanceOf(LogUnavailableError);
              return [];
            });
          for (const { partition, offset } of positions) acknowledged.set(`${partition}/${offset}`, value);
          appended += positions.length;
          if (appended === 100 || appended === 200) await disrupt();
        }
      };
      await write();
      const end = (await fixture().log.bounds([topic])).reduce((sum, bound) => sum + bound.end, 0);
      const records = await readCount(fixture().log, startsOf(topic), end);
      const found = new Map(records.map((record) => [`${record.partition}/${record.offset}`, valueOf(record)]));
      for (const [place, value] of acknowledged) expect(found.get(place)).toBe(value);
      expect(acknowledged.size).toBe(300);
    });

    it('the members of a group go on by themselves', async () => {
      const [topic, ledger] = [await fixture().topic(), new GroupLedger()];
      const log = await fixture().open();
      await log.join({ group: freshName(), topics: [topic], handler: ledger.member('a') });
      await fixture().log.append(series(topic, 'key', 20));
      await ledger.whenRecords(20);
      await disrupt();
      const writer = await fixture().open();
      await writer.append(series(topic, 'key', 20));
      await ledger.whenRecords(40);
      expect(ledger.violations).toEqual([]);
    });
  });
}

type Isolate = NonNullable<LogFixture['harness']['isolate']>;

export function isolationFeatures(fixture: () => LogFixture, isolate: Isolate): void {
  describe('a process that is cut off', () => {
    it('is told by the deadline that nothing was confirmed, and can append again when it is back', async () => {
      const topic = await fixture().topic();
      const log = await fixture().open();
      await log.append(series(topic, 'key', 1));
      const heal = await isolate(log);
      const asked = Date.now();
      const refused = await rejectionOf(log.append(series(topic, 'key', 1), { deadlineMs: 1_500 }));
      expect(refused).toBeInstanceOf(LogUnavailableError);
      expect(refused).toMatchObject({ code: 'LOG_UNAVAILABLE', retryable: true });
      expect(Date.now() - asked).toBeLessThan(5_000);
      await heal();
      await expect(log.append(series(topic, 'key', 1), { deadlineMs: 60_000 })).resolves.toHaveLength(1);
    });

    it('loses its partitions after its session, and its batches turn stale', async () => {
      const [topic, ledger, group] = [await fixture().topic(), new GroupLedger(), freshName()];
      let release: () => void = () => undefined;
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      const cutOff = ledger.member('a', { before: () => released });
      const log = await fixture().open();
      await log.join({ group, topics: [topic], handler: cutOff, sessionTimeoutMs: SHORT_SESSION_MS });
      await fixture().log.append(series(topic, keyFor(0), 10));
      await ledger.when(
        () => cutOff.batches.length > 0,
        () => 'no batch',
      );
      expect(cutOff.batches[0]?.isStale()).toBe(false);
      const heal = await isolate(log);
      await (await fixture().open()).join({ group, topics: [topic], handler: ledger.member('b'), sessionTimeoutMs: SHORT_SESSION_MS });
      await ledger.whenHeldBy('b', PARTITIONS);
      await ledger.whenRecords(10);
      expect(cutOff.batches[0]?.isStale()).toBe(true);
      release();
      await heal();
      await ledger.when(
        () => ledger.heldBy('a').length === 2 && ledger.heldBy('b').length === 2,
        () => `a holds ${ledger.heldBy('a').length}, b ${ledger.heldBy('b').length}`,
      );
      await fixture().log.append(Array.from({ length: PARTITIONS }, (_, p) => series(topic, keyFor(p), 10)).flat());
      await ledger.whenRecords(50);
      expect(ledger.violations).toEqual([]);
    });
  });
}
