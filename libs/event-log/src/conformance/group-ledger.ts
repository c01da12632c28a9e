import type { GroupHandler, LogBatch, LogPosition, LogRecord, TopicPartition } from '../port';

const PATIENCE_MS = 25_000;
const LOOK_AGAIN_MS = 50;

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

/**
 * The checkpoints of a group, as its members' database would keep them: knows who holds what, takes a batch only from
 * the holder and only where the last one ended, and remembers everything that should not have happened.
 */
export class GroupLedger {
  readonly records: LogRecord[] = [];
  readonly positions = new Map<string, number>();
  readonly holders = new Map<string, string>();
  /** Partitions that went to a new member before the old one had been told. */
  readonly takeovers: string[] = [];
  /** Records delivered twice or out of order. */
  readonly violations: string[] = [];
  readonly #watchers = new Set<() => void>();

  member(name: string, options: MemberOptions = {}): LedgerMember {
    return new LedgerMember(this, name, options);
  }

  heldBy(name: string): string[] {
    return [...this.holders].filter(([, holder]) => holder === name).map(([key]) => key);
  }

  values(): string[] {
    return this.records.map((record) => record.value.toString('utf8'));
  }

  changed(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }

  whenRecords(count: number): Promise<void> {
    return this.when(
      () => this.records.length >= count,
      () => `${this.records.length} of ${count} records came`,
    );
  }

  whenHeldBy(name: string, count: number): Promise<void> {
    return this.when(
      () => this.heldBy(name).length === count,
      () => `${name} holds ${this.heldBy(name).length} of ${count} partitions`,
    );
  }

  /** Resolves when it is so; rejects with what was seen last when that takes too long. */
  when(isSo: () => boolean, seen: () => string): Promise<void> {
    if (isSo()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const until = Date.now() + PATIENCE_MS;
      const look = () => {
        const late = Date.now() > until;
        if (!isSo() && !late) return;
        clearInterval(timer);
        this.#watchers.delete(look);
        if (isSo()) resolve();
        else reject(new Error(`${seen()} within ${PATIENCE_MS} ms`));
      };
      const timer = setInterval(look, LOOK_AGAIN_MS);
      this.#watchers.add(look);
    });
  }
}

export interface MemberOptions {
  /** Runs before a batch counts; when it rejects, the batch did not happen. */
  readonly before?: (batch: LogBatch) => Promise<void>;
}

/** One member of the group, on the shared ledger. */
export class LedgerMember implements GroupHandler {
  readonly batches: LogBatch[] = [];
  readonly halts: { readonly place: TopicPartition; readonly error: Error }[] = [];
  readonly assignments: (readonly TopicPartition[])[] = [];
  readonly #underWay = new Set<string>();

  constructor(
    private readonly ledger: GroupLedger,
    readonly name: string,
    private readonly options: MemberOptions,
  ) {}

  async assigned(partitions: readonly TopicPartition[]): Promise<readonly LogPosition[]> {
    this.assignments.push(partitions);
    for (const place of partitions) {
      const holder = this.ledger.holders.get(keyOf(place));
      if (holder !== undefined && holder !== this.name) this.ledger.takeovers.push(keyOf(place));
      this.ledger.holders.set(keyOf(place), this.name);
    }
    this.ledger.changed();
    return partitions.map((place) => ({ ...place, offset: this.ledger.positions.get(keyOf(place)) ?? 0 }));
  }

  async revoked(partitions: readonly TopicPartition[]): Promise<void> {
    for (const place of partitions) {
      if (this.ledger.holders.get(keyOf(place)) === this.name) this.ledger.holders.delete(keyOf(place));
    }
    this.ledger.changed();
  }

  async batch(batch: LogBatch): Promise<void> {
    const key = keyOf(batch);
    if (this.#underWay.has(key)) this.ledger.violations.push(`${key}: two batches at once`);
    this.#underWay.add(key);
    try {
      this.batches.push(batch);
      this.ledger.changed();
      await this.options.before?.(batch);
      this.#commit(batch);
    } finally {
      this.#underWay.delete(key);
    }
  }

  halted(place: TopicPartition, error: Error): void {
    this.halts.push({ place, error });
    this.ledger.changed();
  }

  #commit(batch: LogBatch): void {
    const key = keyOf(batch);
    if (this.ledger.holders.get(key) !== this.name) throw new Error(`${this.name} is fenced off ${key}`);
    const expected = this.ledger.positions.get(key) ?? 0;
    batch.records.forEach((record, index) => {
      if (record.offset !== expected + index) this.ledger.violations.push(`${key}: ${record.offset} came instead of ${expected + index}`);
    });
    this.ledger.records.push(...batch.records);
    this.ledger.positions.set(key, expected + batch.records.length);
    this.ledger.changed();
  }
}
