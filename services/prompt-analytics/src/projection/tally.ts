import type { Counters } from './measures';

export interface TallyRow<Key> {
  readonly key: Key;
  readonly counters: Counters;
}

/** Changes of counters, collected per row of an aggregate, to be written in one statement. */
export class Tally<Key> {
  private readonly byId = new Map<string, TallyRow<Key>>();

  /** `identify` gives equal keys equal texts and orders them as rows are to be locked; `width` is the number of counters. */
  constructor(
    private readonly identify: (key: Key) => string,
    private readonly width: number,
  ) {}

  /** The counters of a row, zero at first; add to them in place. */
  of(key: Key): Counters {
    const id = this.identify(key);
    const known = this.byId.get(id);
    if (known) return known.counters;
    const counters = new Array<number>(this.width).fill(0);
    this.byId.set(id, { key, counters });
    return counters;
  }

  rows(): Iterable<TallyRow<Key>> {
    return this.byId.values();
  }

  /** Adds every row of another tally to the row its key falls into. */
  addAll<Finer>(finer: Tally<Finer>, coarsen: (key: Finer) => Key): this {
    for (const { key, counters } of finer.rows()) {
      const into = this.of(coarsen(key));
      counters.forEach((n, index) => (into[index] = (into[index] ?? 0) + n));
    }
    return this;
  }

  /** Rows with a change, in the order in which every instance locks them. */
  changed(): TallyRow<Key>[] {
    return [...this.byId]
      .filter(([, { counters }]) => counters.some((n) => n !== 0))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, row]) => row);
  }
}

/** Rows that lost something, and may be empty now. */
export function shrunk<Key>(rows: readonly TallyRow<Key>[]): Key[] {
  return rows.filter(({ counters }) => counters.some((n) => n < 0)).map(({ key }) => key);
}
