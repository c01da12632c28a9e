export interface CacheOptions {
  /** How old an answer may be, milliseconds. */
  readonly maxAgeMs: number;
  readonly maxEntries: number;
  readonly now: () => number;
}

interface Entry<Value> {
  readonly at: number;
  readonly value: Promise<Value>;
}

/** Remembers the answers of `load` for a moment; concurrent questions share one answer, failures are not remembered. */
export class Cached<Value> {
  private readonly entries = new Map<string, Entry<Value>>();

  constructor(
    private readonly load: (key: string) => Promise<Value>,
    private readonly options: CacheOptions,
  ) {}

  get(key: string): Promise<Value> {
    const now = this.options.now();
    const found = this.entries.get(key);
    if (found && now - found.at < this.options.maxAgeMs) return found.value;
    const entry = { at: now, value: this.load(key) };
    if (!found && this.entries.size >= this.options.maxEntries) this.entries.delete(this.entries.keys().next().value ?? '');
    this.entries.set(key, entry);
    entry.value.catch(() => {
      if (this.entries.get(key) === entry) this.entries.delete(key);
    });
    return entry.value;
  }

  clear(): void {
    this.entries.clear();
  }
}
