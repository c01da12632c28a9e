import type { MaybeLater } from '@picly/platform';

export interface CacheOptions {
  /** How old an answer may be, milliseconds. */
  readonly maxAgeMs: number;
  /** How old it may be while no newer one can be had, milliseconds. */
  readonly maxAgeInTroubleMs: number;
  readonly maxEntries: number;
  readonly now: () => number;
}

interface Entry<Value> {
  readonly at: number;
  value: Value;
}

/** Remembers the answers of `load` for a moment; concurrent questions share one answer, failures are not remembered. */
export class Cached<Value> {
  private readonly entries = new Map<string, Entry<MaybeLater<Value>>>();
  /** The latest answers that were any, with the time of their own question. */
  private readonly good = new Map<string, Entry<Value>>();

  constructor(
    private readonly load: (key: string) => Promise<Value>,
    private readonly options: CacheOptions,
  ) {}

  /** The value at once when it is remembered. */
  get(key: string): MaybeLater<Value> {
    const now = this.options.now();
    const found = this.entries.get(key);
    if (found && now - found.at < this.options.maxAgeMs) return found.value;
    if (!found && this.entries.size >= this.options.maxEntries) this.forget(this.entries.keys().next().value ?? '');
    const asked = this.ask(key, now);
    const entry: Entry<MaybeLater<Value>> = { at: now, value: asked };
    this.entries.set(key, entry);
    asked.then(
      (value) => (entry.value = value),
      () => {
        if (this.entries.get(key) === entry) this.forget(key);
      },
    );
    return asked;
  }

  clear(): void {
    this.entries.clear();
    this.good.clear();
  }

  private forget(key: string): void {
    this.entries.delete(key);
    this.good.delete(key);
  }

  private async ask(key: string, now: number): Promise<Value> {
    try {
      const value = await this.load(key);
      this.good.set(key, { at: now, value });
      return value;
    } catch (error) {
      const good = this.good.get(key);
      if (good && now - good.at < this.options.maxAgeInTroubleMs) return good.value;
      throw error;
    }
  }
}
