import { randomUUID } from 'node:crypto';
import type { AppendRecord, EventLog, LogPosition, LogRecord } from '../port';
import { partitionFor } from '../partitioner';

/** What an adapter gives to be tested: ways to open its log, and to hurt it. */
export interface LogHarness {
  /** Another client of the same log, as another process would be. */
  open(): Promise<EventLog>;
  /** Break all connections of all clients once; the log can be reached again right after. */
  disrupt?(): Promise<void>;
  /** Cut one client off the log, until the answer is called. */
  isolate?(log: EventLog): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** What a test works with. */
export interface LogFixture {
  /** A client shared by the tests. */
  readonly log: EventLog;
  readonly harness: LogHarness;
  /** Another client, closed after the test. */
  open(): Promise<EventLog>;
  /** A topic of its own, with `partitions` (default 4). */
  topic(partitions?: number): Promise<string>;
}

export const PARTITIONS = 4;

/** A key whose records go to `partition`. */
export function keyFor(partition: number, partitions = PARTITIONS): string {
  for (let i = 0; ; i++) if (partitionFor(`key-${i}`, partitions) === partition) return `key-${i}`;
}

export function recordOf(topic: string, key: string, value: string): AppendRecord {
  return { topic, key, value: Buffer.from(value, 'utf8'), headers: { ce_id: value }, timestamp: 1_700_000_000_000 };
}

/** `count` records of one key, with the values `<prefix>0`, `<prefix>1`, ... */
export function series(topic: string, key: string, count: number, prefix = ''): AppendRecord[] {
  return Array.from({ length: count }, (_, i) => recordOf(topic, key, `${prefix}${i}`));
}

export function valueOf(record: LogRecord): string {
  return record.value.toString('utf8');
}

export function startsOf(topic: string, partitions = PARTITIONS): LogPosition[] {
  return Array.from({ length: partitions }, (_, partition) => ({ topic, partition, offset: 0 }));
}

/** Read on from `from` until `count` records have come; checks that none was skipped. */
export async function readCount(log: EventLog, from: readonly LogPosition[], count: number): Promise<LogRecord[]> {
  const next = from.map((position) => ({ ...position }));
  const records: LogRecord[] = [];
  for (const until = Date.now() + 60_000; records.length < count;) {
    if (Date.now() > until) throw new Error(`read ${records.length} of ${count} records within 20 s`);
    for (const batch of await log.read({ from: next, maxRecords: 1_000, maxWaitMs: 1_000 })) {
      const place = next.find((position) => position.topic === batch.topic && position.partition === batch.partition);
      for (const record of batch.records) {
        expect(record.offset).toBe(place?.offset);
        if (place) place.offset++;
        records.push(record);
      }
    }
  }
  return records;
}

export function freshName(): string {
  return `features.${randomUUID().slice(0, 18)}`;
}

/** What a promise was rejected with. */
export async function rejectionOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}
