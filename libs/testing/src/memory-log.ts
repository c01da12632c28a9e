import {
  LogError,
  type AppendRecord,
  type EventLog,
  type JoinOptions,
  type LogBatch,
  type LogPosition,
  type PartitionBounds,
  type ReadRequest,
  type TopicSpec,
} from '@picly/event-log';
import { MemoryGroup, MemoryMember } from './memory-group';
import { MemoryStore } from './memory-store';

const MAX_RECORD_BYTES = 1_000_000;

const groupsOf = new WeakMap<MemoryStore, Map<string, MemoryGroup>>();

/** The groups are the store's: every client of it joins the same ones. */
function groupOf(store: MemoryStore, name: string): MemoryGroup {
  const groups = groupsOf.get(store) ?? new Map<string, MemoryGroup>();
  groupsOf.set(store, groups);
  const group = groups.get(name) ?? new MemoryGroup();
  groups.set(name, group);
  return group;
}

/** The port of the log without a server: for tests that need thousands of runs. */
export class MemoryLog implements EventLog {
  private readonly members = new Set<MemoryMember>();
  private closed = false;

  constructor(readonly store: MemoryStore = new MemoryStore()) {}

  async ensureTopics(topics: readonly TopicSpec[]): Promise<void> {
    this.refuseClosed();
    for (const topic of topics) this.store.ensure(topic);
  }

  async append(records: readonly AppendRecord[]): Promise<readonly LogPosition[]> {
    this.refuseClosed();
    for (const { topic, value } of records) {
      this.store.partitions(topic);
      if (value.length > MAX_RECORD_BYTES) throw new LogError('LOG_RECORD_TOO_LARGE', false, `${value.length} bytes are too many`);
    }
    const positions = records.map((record) => this.store.append(record));
    this.store.changed();
    return positions;
  }

  async read({ from, maxRecords, maxWaitMs, signal }: ReadRequest): Promise<readonly LogBatch[]> {
    const until = performance.now() + maxWaitMs;
    for (;;) {
      this.refuseClosed();
      const batches = this.collect(from, maxRecords);
      const left = until - performance.now();
      if (batches.length > 0 || left <= 0 || signal?.aborted) return batches;
      await this.store.whenChanged(left, signal);
    }
  }

  async join(options: JoinOptions): Promise<MemoryMember> {
    this.refuseClosed();
    const counts = options.topics.map((topic) => this.store.partitions(topic).length);
    const group = groupOf(this.store, options.group);
    const member = new MemoryMember(this.store, options, { group, partitions: Math.max(0, ...counts) });
    this.members.add(member);
    group.add(member);
    return member;
  }

  async bounds(topics: readonly string[]): Promise<readonly PartitionBounds[]> {
    this.refuseClosed();
    return topics.flatMap((topic) => this.store.partitions(topic).map(({ start, end }, partition) => ({ topic, partition, start, end })));
  }

  async trim(before: readonly LogPosition[]): Promise<void> {
    this.refuseClosed();
    for (const position of before) this.store.trim(position);
    this.store.changed();
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await Promise.all([...this.members].map((member) => member.leave()));
    this.store.changed();
  }

  private collect(from: readonly LogPosition[], maxRecords: number): LogBatch[] {
    const batches: LogBatch[] = [];
    let left = maxRecords;
    for (const position of from) {
      const { records, end } = this.store.slice(position, left);
      left -= records.length;
      if (records.length > 0) batches.push({ topic: position.topic, partition: position.partition, records, end, isStale: () => false });
    }
    return batches;
  }

  private refuseClosed(): void {
    if (this.closed) throw new LogError('LOG_CLOSED', false, 'the log is closed');
  }
}
