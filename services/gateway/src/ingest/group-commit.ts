/** Why something handed in was not committed. Nothing of it is promised; all codes are retryable. */
export class CommitRefusedError extends Error {
  readonly retryable = true;
  constructor(
    readonly code: 'overloaded' | 'log_unavailable' | 'shutting_down',
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = code;
  }
}

export interface GroupCommitOptions<Item, Result> {
  /** Commits a group as one; answers one result for each item, in order. A rejection fails the whole group. */
  readonly commit: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly sizeOf: (item: Item) => number;
  /** Upper limits of what waits, beyond which is refused. */
  readonly maxWaitingItems: number;
  readonly maxWaitingBytes: number;
  /** Upper limit of a group, unless one parcel alone is larger. */
  readonly maxGroupItems: number;
  /** How long a parcel may take from being handed in to its answer, milliseconds; bounds the wait behind a dead log. */
  readonly deadlineMs: number;
  readonly now: () => number;
}

interface Parcel<Item, Result> {
  readonly items: readonly Item[];
  readonly bytes: number;
  readonly since: number;
  readonly resolve: (results: readonly Result[]) => void;
  readonly reject: (error: CommitRefusedError) => void;
}

const unavailable = (cause?: unknown): CommitRefusedError =>
  new CommitRefusedError('log_unavailable', 'the event log did not confirm in time', { cause });

/**
 * A bounded queue before something that is cheap in groups and dear one by one: one commit is in flight, what arrives
 * meanwhile forms the next group. A parcel (the events of one request) is never split.
 */
export class GroupCommit<Item, Result> {
  private waiting: Parcel<Item, Result>[] = [];
  private waitingItems = 0;
  private waitingBytes = 0;
  private running: Promise<void> | undefined;
  private draining = false;

  constructor(private readonly options: GroupCommitOptions<Item, Result>) {}

  /** Items not yet in a group. */
  get depth(): number {
    return this.waitingItems;
  }

  /** Resolves with a result per item once they are committed. Rejects with `CommitRefusedError`; then nothing is promised. */
  submit(items: readonly Item[]): Promise<readonly Result[]> {
    if (this.draining) return Promise.reject(new CommitRefusedError('shutting_down', 'nothing more is taken'));
    let bytes = 0;
    for (const item of items) bytes += this.options.sizeOf(item);
    const { maxWaitingItems, maxWaitingBytes } = this.options;
    const isFull = this.waitingItems + items.length > maxWaitingItems || this.waitingBytes + bytes > maxWaitingBytes;
    if (isFull && this.waitingItems > 0)
      return Promise.reject(new CommitRefusedError('overloaded', 'too much is waiting for the event log'));
    return new Promise((resolve, reject) => {
      this.waiting.push({ items, bytes, since: this.options.now(), resolve, reject });
      this.waitingItems += items.length;
      this.waitingBytes += bytes;
      this.running ??= this.run();
    });
  }

  /** Refuses what comes from now on and resolves when everything taken before has its answer. */
  async drain(): Promise<void> {
    this.draining = true;
    await this.running;
  }

  private async run(): Promise<void> {
    // One turn of the event loop lets the requests of one read of the sockets share a group.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      const group = this.nextGroup();
      if (group.length > 0) await this.commitGroup(group);
    }
    this.running = undefined;
  }

  private nextGroup(): readonly Parcel<Item, Result>[] {
    const expired = this.options.now() - this.options.deadlineMs;
    const group: Parcel<Item, Result>[] = [];
    let size = 0;
    let taken = 0;
    for (const parcel of this.waiting) {
      if (size > 0 && size + parcel.items.length > this.options.maxGroupItems) break;
      taken++;
      this.waitingItems -= parcel.items.length;
      this.waitingBytes -= parcel.bytes;
      if (parcel.since <= expired) {
        parcel.reject(unavailable());
        continue;
      }
      group.push(parcel);
      size += parcel.items.length;
    }
    this.waiting = this.waiting.slice(taken);
    return group;
  }

  private async commitGroup(group: readonly Parcel<Item, Result>[]): Promise<void> {
    const items = group.length === 1 && group[0] ? group[0].items : group.flatMap((parcel) => parcel.items);
    try {
      const results = await this.withinDeadline(this.options.commit(items));
      let from = 0;
      for (const parcel of group) {
        parcel.resolve(results.slice(from, from + parcel.items.length));
        from += parcel.items.length;
      }
    } catch (error) {
      const refusal = error instanceof CommitRefusedError ? error : unavailable(error);
      for (const parcel of group) parcel.reject(refusal);
    }
  }

  private async withinDeadline<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(unavailable()), this.options.deadlineMs);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
