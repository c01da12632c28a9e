/** Text by name. What it keeps outlives the page where the browser allows that, and lives as long as the page where not. */
export interface TextStore {
  get(name: string): string | null;
  /** False: kept for this page only, because the browser has no room or forbids it. */
  set(name: string, value: string): boolean;
  remove(name: string): void;
  names(prefix: string): string[];
}

/** The part of Web Storage that is used. */
export type Area = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

/** Web Storage that cannot fail: what it refuses is kept in memory beside it. */
export class SafeStore implements TextStore {
  private readonly memory = new Map<string, string>();

  constructor(private readonly area: Area | undefined) {}

  get(name: string): string | null {
    return this.memory.get(name) ?? attempt(() => this.area?.getItem(name), undefined) ?? null;
  }

  set(name: string, value: string): boolean {
    const kept = attempt(() => {
      this.area?.setItem(name, value);
      return this.area !== undefined;
    }, false);
    if (kept) this.memory.delete(name);
    else this.memory.set(name, value);
    return kept;
  }

  remove(name: string): void {
    this.memory.delete(name);
    attempt(() => this.area?.removeItem(name), undefined);
  }

  names(prefix: string): string[] {
    const stored = attempt(() => {
      const { area } = this;
      return area ? Array.from({ length: area.length }, (_, n) => area.key(n)) : [];
    }, []);
    return [...new Set([...stored, ...this.memory.keys()])].filter((name) => name?.startsWith(prefix)).map(String);
  }
}

/** Storage of the page; a page may be forbidden to as much as name it. */
export function pageStore(): TextStore {
  return new SafeStore(attempt(() => window.localStorage, undefined));
}

function attempt<T, F>(work: () => T, otherwise: F): T | F {
  try {
    return work();
  } catch {
    return otherwise;
  }
}
