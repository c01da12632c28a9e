import type { Counters } from './measures';

interface TallyRow<Key> {
  readonly key: Key;
  readonly counters: Counters;
}

/** Changes of counters, collected per row of an aggregate, to be written in one statement. */
export class Tally<Key> {
  private readonly rows = new Map<string, TallyRow<Key>>();

  /** `identify` gives equal keys equal texts and orders them as rows are to be locked; `width` is the number of counters. */
  constructor(
    private readonly identify: (key: Key) => string,
    private readonly width: number,
  ) {}

  /** The counters of a row, zero at first; add to them in place. */
  of(key: Key): Counters {
    const id = this.identify(key);
    let row = this.rows.get(id);
    if (!row) this.rows.set(id, (row = { key, counters: new Array<number>(this.width).fill(0) }));
    return row.counters;
  }

  /** Rows with a change, in the order in which every instance locks them. */
  changed(): TallyRow<Key>[] {
    return [...this.rows]
      .filter(([, { counters }]) => counters.some((n) => n !== 0))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, row]) => row);
  }
}

/** Rows that lost something, and may be empty now. */
export function shrunk<Key>(rows: readonly TallyRow<Key>[]): Key[] {
  return rows.filter(({ counters }) => counters.some((n) => n < 0)).map(({ key }) => key);
}
