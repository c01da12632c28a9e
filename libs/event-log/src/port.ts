/** One partition of one topic: the unit of order, of assignment and of position. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A place in the log: the record at `offset` is the next one to be read. */
export interface LogPosition extends TopicPartition {
  readonly offset: number;
}

/** What must exist before anything is appended to a topic. */
export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  /** Records older than this may be dropped; `null` keeps them for ever. */
  readonly retentionMs: number | null;
}

/** A record on its way into the log. Same `key`, same partition, same order as appended. */
export interface AppendRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch, set by the appender (when the event was received). */
  readonly timestamp: number;
}

/** A record as it stands in the log. Offsets are gapless per partition and start at 0. */
export interface LogRecord extends LogPosition {
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestamp: number;
}

/** The readable range of a partition, half open: `start` is the first offset kept, `end` the next to be written. */
export interface PartitionBounds extends TopicPartition {
  readonly start: number;
  readonly end: number;
}

/** Consecutive records of one partition, and where the partition ended when they were fetched. */
export interface LogBatch extends TopicPartition {
  readonly records: readonly LogRecord[];
  readonly end: number;
  /**
   * True once the partition was taken away: work on the batch is wasted (the checkpoint fence would refuse it). True also as long as
   * the member is in doubt of that, as when a heartbeat is late, and false again afterwards: a batch left undone must be rejected.
   */
  isStale(): boolean;
}

export interface ReadRequest {
  readonly from: readonly LogPosition[];
  /** Upper limit over all partitions of the request. */
  readonly maxRecords: number;
  /** How long to wait for the first record when there is none; 0 answers at once. */
  readonly maxWaitMs: number;
  readonly signal?: AbortSignal;
}

/**
 * What a member of a consumer group does. All callbacks of one partition are serial; partitions are concurrent.
 * Truth about positions is the member's own (its checkpoints); the group only shares out the partitions.
 */
export interface GroupHandler {
  /** Called on every (re)assignment before any record of it is delivered; answers where to begin. */
  assigned(partitions: readonly TopicPartition[]): Promise<readonly LogPosition[]>;
  /** Called when partitions are given up, perhaps to be assigned anew; nothing of them is delivered afterwards until they are. */
  revoked(partitions: readonly TopicPartition[]): Promise<void>;
  /**
   * Resolves when the effect of the batch is durable; the next batch begins behind its last record.
   * A rejection means "not now": the partition alone waits, backs off, and gets the same records again.
   */
  batch(batch: LogBatch): Promise<void>;
  /** A partition that cannot go on (see `LogTruncatedError`): it stays halted until the group is left and joined anew. */
  halted(partition: TopicPartition, error: Error): void;
}

export interface JoinOptions {
  readonly group: string;
  readonly topics: readonly string[];
  readonly handler: GroupHandler;
  /** Upper limit of records per batch and partition (default 1,000). */
  readonly maxBatchRecords?: number;
  /** A member unheard of for this long loses its partitions (default 10,000). */
  readonly sessionTimeoutMs?: number;
}

export interface GroupMember {
  readonly id: string;
  assignment(): readonly TopicPartition[];
  /** Go on from another place; the batch under way, if any, finishes first. */
  seek(position: LogPosition): Promise<void>;
  /** Back-pressure: stop and resume the delivery of a partition without giving it up. */
  pause(partition: TopicPartition): void;
  resume(partition: TopicPartition): void;
  /** Finish the batches under way, then leave, so that the others take over at once. */
  leave(): Promise<void>;
}

/**
 * An append-only, partitioned, replayable log. Two adapters, one behaviour (see conformance/): nobody above this line
 * can tell which of them runs.
 */
export interface EventLog {
  /** Create what is missing; never shrinks, never re-partitions an existing topic (throws `LogConfigurationError`). */
  ensureTopics(topics: readonly TopicSpec[]): Promise<void>;
  /**
   * Append all records; resolves only when every one of them is durable and read back as written, with the positions
   * in the order given. Concurrent calls are allowed and are grouped. Rejects with `LogUnavailableError` when that
   * could not be established within `deadlineMs` (records may or may not be in the log then: send again, same ids).
   */
  append(records: readonly AppendRecord[], options?: { readonly deadlineMs?: number }): Promise<readonly LogPosition[]>;
  /** Read outside any group, for rebuilds, checks and copies. Throws `LogTruncatedError` below a partition's start. */
  read(request: ReadRequest): Promise<readonly LogBatch[]>;
  join(options: JoinOptions): Promise<GroupMember>;
  bounds(topics: readonly string[]): Promise<readonly PartitionBounds[]>;
  /** Drop the records below `before.offset` (retention). */
  trim(before: readonly LogPosition[]): Promise<void>;
  /** Leave all groups, finish appends under way, give back all connections. */
  close(): Promise<void>;
}
