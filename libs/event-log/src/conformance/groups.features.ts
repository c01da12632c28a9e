import { setTimeout as delay } from 'node:timers/promises';
import { LogTruncatedError } from '../errors';
import type { LogBatch } from '../port';
import { GroupLedger } from './group-ledger';
import { freshName, keyFor, PARTITIONS, series, type LogFixture } from './log-harness';

/** A gate that is closed until opened. */
function gate(): { readonly passed: Promise<void>; open(): void } {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

async function fill(fixture: LogFixture, topic: string, perPartition: number): Promise<void> {
  const records = Array.from({ length: PARTITIONS }, (_, partition) => series(topic, keyFor(partition), perPartition, `${partition}-`));
  await fixture.log.append(records.flat());
}

export function deliveryFeatures(fixture: () => LogFixture): void {
  describe('a member of a group', () => {
    it('gets every record of every partition once, in order', async () => {
      const [topic, ledger] = [await fixture().topic(), new GroupLedger()];
      await fill(fixture(), topic, 100);
      const log = await fixture().open();
      const member = await log.join({ group: freshName(), topics: [topic], handler: ledger.member('a') });
      await ledger.whenRecords(400);
      await fill(fixture(), topic, 100);
      await ledger.whenRecords(800);
      expect(ledger.violations).toEqual([]);
      expect(member.assignment()).toHaveLength(PARTITIONS);
    });

    it('begins where it says, and gets no more per batch than it asked for', async () => {
      const [topic, ledger] = [await fixture().topic(1), new GroupLedger()];
      await fixture().log.append(series(topic, 'key', 50));
      ledger.positions.set(`${topic}/0`, 20);
      const log = await fixture().open();
      const handler = ledger.member('a');
      await log.join({ group: freshName(), topics: [topic], handler, maxBatchRecords: 7 });
      await ledger.whenRecords(30);
      expect(ledger.values()).toEqual(Array.from({ length: 30 }, (_, i) => `${i + 20}`));
      expect(Math.max(...handler.batches.map((batch) => batch.records.length))).toBeLessThanOrEqual(7);
      expect(handler.batches.every((batch) => batch.end === 50)).toBe(true);
    });

    it('is not disturbed by another group', async () => {
      const [topic, one, two] = [await fixture().topic(), new GroupLedger(), new GroupLedger()];
      await fill(fixture(), topic, 20);
      const log = await fixture().open();
      await log.join({ group: freshName(), topics: [topic], handler: one.member('a') });
      await log.join({ group: freshName(), topics: [topic], handler: two.member('a') });
      await Promise.all([one.whenRecords(80), two.whenRecords(80)]);
      expect([...one.violations, ...two.violations]).toEqual([]);
    });

    it('gets a batch again when it could not take it, while its other partitions go on', async () => {
      const [topic, ledger] = [await fixture().topic(), new GroupLedger()];
      await fill(fixture(), topic, 10);
      let refusals = 0;
      let isHealed = false;
      const before = async (batch: LogBatch) => {
        if (batch.partition !== 1 || isHealed) return;
        refusals++;
        throw new Error('not now');
      };
      const log = await fixture().open();
      await log.join({ group: freshName(), topics: [topic], handler: ledger.member('a', { before }) });
      await ledger.when(
        () => ledger.records.length === 30 && refusals >= 2,
        () => `${ledger.records.length} records, ${refusals} refusals`,
      );
      expect(ledger.records.every((record) => record.partition !== 1)).toBe(true);
      isHealed = true;
      await ledger.whenRecords(40);
      expect(ledger.violations).toEqual([]);
    });

    it('can go on from another place', async () => {
      const [topic, ledger] = [await fixture().topic(1), new GroupLedger()];
      await fixture().log.append(series(topic, 'key', 20));
      const log = await fixture().open();
      const member = await log.join({ group: freshName(), topics: [topic], handler: ledger.member('a') });
      await ledger.whenRecords(20);
      ledger.positions.set(`${topic}/0`, 15);
      await member.seek({ topic, partition: 0, offset: 15 });
      await ledger.whenRecords(25);
      expect(ledger.values().slice(20)).toEqual(['15', '16', '17', '18', '19']);
      expect(ledger.violations).toEqual([]);
    });

    it('can hold one partition back without giving it up', async () => {
      const [topic, ledger] = [await fixture().topic(), new GroupLedger()];
      const log = await fixture().open();
      const member = await log.join({ group: freshName(), topics: [topic], handler: ledger.member('a') });
      await ledger.whenHeldBy('a', PARTITIONS);
      await ledger.when(
        () => member.assignment().length === PARTITIONS,
        () => `${member.assignment().length} partitions`,
      );
      member.pause({ topic, partition: 3 });
      await fill(fixture(), topic, 10);
      await ledger.whenRecords(30);
      await fill(fixture(), topic, 10);
      await ledger.whenRecords(60);
      expect(ledger.records.filter((record) => record.partition === 3)).toEqual([]);
      member.resume({ topic, partition: 3 });
      await ledger.whenRecords(80);
      expect(ledger.violations).toEqual([]);
    });

    it('halts on a partition that lost records, with an alarm, and goes on with the others', async () => {
      const [topic, ledger] = [await fixture().topic(), new GroupLedger()];
      await fill(fixture(), topic, 10);
      await fixture().log.trim([{ topic, partition: 2, offset: 4 }]);
      const handler = ledger.member('a');
      const log = await fixture().open();
      await log.join({ group: freshName(), topics: [topic], handler });
      await ledger.when(
        () => handler.halts.length > 0,
        () => 'not halted',
      );
      await ledger.whenRecords(30);
      await fill(fixture(), topic, 10);
      await ledger.whenRecords(60);
      expect(handler.halts).toEqual([{ place: { topic, partition: 2 }, error: expect.any(LogTruncatedError) as unknown }]);
      expect(handler.halts[0]?.error).toMatchObject({ expected: 0, found: 4 });
      expect(ledger.records.every((record) => record.partition !== 2)).toBe(true);
    });

    it('finishes the batch under way before it leaves', async () => {
      const [topic, ledger] = [await fixture().topic(1), new GroupLedger()];
      await fixture().log.append(series(topic, 'key', 10));
      const [entered, release] = [gate(), gate()];
      const before = async () => {
        entered.open();
        await release.passed;
      };
      const log = await fixture().open();
      await log.join({ group: freshName(), topics: [topic], handler: ledger.member('a', { before }), maxBatchRecords: 5 });
      await entered.passed;
      // By now those that come next are fetched.
      await delay(200);
      const closing = log.close();
      release.open();
      await closing;
      expect(ledger.values()).toEqual(['0', '1', '2', '3', '4']);
    });
  });
}

export function sharingFeatures(fixture: () => LogFixture): void {
  describe('a group', () => {
    it('gives the same partition number of all topics to the same member', async () => {
      const topics = [await fixture().topic(), await fixture().topic(), await fixture().topic()];
      const [ledger, group] = [new GroupLedger(), freshName()];
      const members = await Promise.all(
        ['a', 'b'].map(async (name) => (await fixture().open()).join({ group, topics, handler: ledger.member(name) })),
      );
      await Promise.all([ledger.whenHeldBy('a', 6), ledger.whenHeldBy('b', 6)]);
      const numbers = members.map((member) => {
        const perTopic = topics.map((topic) =>
          member
            .assignment()
            .filter((place) => place.topic === topic)
            .map((place) => place.partition)
            .sort(),
        );
        expect(new Set(perTopic.map(String)).size).toBe(1);
        return perTopic[0] ?? [];
      });
      expect(numbers.flat().sort()).toEqual([0, 1, 2, 3]);
    });

    it('shares with whoever joins, takes over from whoever leaves, and drops no record', async () => {
      const [topic, ledger, group] = [await fixture().topic(), new GroupLedger(), freshName()];
      let writing = true;
      const writer = (async () => {
        let written = 0;
        for (; writing; written += 40) await fill(fixture(), topic, 10);
        return written;
      })();
      const first = await (await fixture().open()).join({ group, topics: [topic], handler: ledger.member('a') });
      await ledger.whenHeldBy('a', 4);
      const second = await (await fixture().open()).join({ group, topics: [topic], handler: ledger.member('b') });
      await Promise.all([ledger.whenHeldBy('a', 2), ledger.whenHeldBy('b', 2)]);
      await (await fixture().open()).join({ group, topics: [topic], handler: ledger.member('c') });
      await ledger.when(
        () => ['a', 'b', 'c'].every((name) => ledger.heldBy(name).length > 0) && ledger.holders.size === 4,
        () => 'no share for c',
      );
      await first.leave();
      await Promise.all([ledger.whenHeldBy('b', 2), ledger.whenHeldBy('c', 2)]);
      await second.leave();
      await ledger.whenHeldBy('c', 4);
      writing = false;
      await ledger.whenRecords(await writer);
      expect({ violations: ledger.violations, takeovers: ledger.takeovers }).toEqual({ violations: [], takeovers: [] });
    });

    it('hands over at once when a member leaves, long before its session would end', async () => {
      const [topic, ledger, group] = [await fixture().topic(), new GroupLedger(), freshName()];
      const sessionTimeoutMs = 30_000;
      const join = async (name: string) =>
        (await fixture().open()).join({ group, topics: [topic], handler: ledger.member(name), sessionTimeoutMs });
      const first = await join('a');
      await ledger.whenHeldBy('a', 4);
      await join('b');
      await ledger.whenHeldBy('b', 2);
      await first.leave();
      const left = Date.now();
      await ledger.whenHeldBy('b', 4);
      expect(Date.now() - left).toBeLessThan(10_000);
    });

    it('has members without a partition when there are more members than partitions', async () => {
      const [topic, ledger, group] = [await fixture().topic(1), new GroupLedger(), freshName()];
      await (await fixture().open()).join({ group, topics: [topic], handler: ledger.member('a') });
      await ledger.whenHeldBy('a', 1);
      const idle = await (await fixture().open()).join({ group, topics: [topic], handler: ledger.member('b') });
      await fixture().log.append(series(topic, 'key', 5));
      await ledger.whenRecords(5);
      expect(ledger.holders.size).toBe(1);
      expect(ledger.violations).toEqual([]);
      await idle.leave();
      await fixture().log.append(series(topic, 'key', 5));
      await ledger.whenRecords(10);
    });
  });
}
