import {
  LogConfigurationError,
  LogTruncatedError,
  partitionFor,
  type AppendRecord,
  type LogPosition,
  type LogRecord,
  type TopicPartition,
  type TopicSpec,
} from '@picly/event-log';

interface Partition {
  start: number;
  end: number;
  readonly records: LogRecord[];
}

/** Everything in a log, as long as the process lives; any number of clients share it, as processes share a server. */
export class MemoryStore {
  private readonly topics = new Map<string, Partition[]>();
  private readonly watchers = new Set<() => void>();

  ensure({ name, partitions }: TopicSpec): void {
    const known = this.topics.get(name);
    if (!known)
      this.topics.set(
        name,
        Array.from({ length: partitions }, () => ({ start: 0, end: 0, records: [] })),
      );
    else if (known.length !== partitions) throw new LogConfigurationError(`${name} has ${known.length} partitions, not ${partitions}`);
  }

  partitions(topic: string): readonly Partition[] {
    const partitions = this.topics.get(topic);
    if (!partitions) throw new LogConfigurationError(`there is no topic ${topic}`);
    return partitions;
  }

  partition({ topic, partition }: TopicPartition): Partition {
    const found = this.partitions(topic)[partition];
    if (!found) throw new LogConfigurationError(`there is no partition ${partition} of ${topic}`);
    return found;
  }

  append(record: AppendRecord): LogPosition {
    const { topic } = record;
    const partition = partitionFor(record.key, this.partitions(topic).length);
    const log = this.partition({ topic, partition });
    const position = { topic, partition, offset: log.end++ };
    log.records.push({ ...record, ...position });
    return position;
  }

  /** Throws `LogTruncatedError` below the start. */
  slice({ topic, partition, offset }: LogPosition, maxRecords: number): { readonly records: readonly LogRecord[]; readonly end: number } {
    const { start, end, records } = this.partition({ topic, partition });
    if (offset < start) throw new LogTruncatedError(topic, partition, offset, start);
    return { records: records.slice(offset - start, offset - start + maxRecords), end };
  }

  trim({ topic, partition, offset }: LogPosition): void {
    const log = this.partition({ topic, partition });
    const start = Math.min(log.end, Math.max(log.start, offset));
    log.records.splice(0, start - log.start);
    log.start = start;
  }

  changed(): void {
    for (const watcher of [...this.watchers]) watcher();
  }

  /** Resolves at the next change, after `ms`, or when aborted. */
  whenChanged(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.watchers.delete(done);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(ms, 2 ** 30));
      this.watchers.add(done);
      signal?.addEventListener('abort', done);
    });
  }
}
