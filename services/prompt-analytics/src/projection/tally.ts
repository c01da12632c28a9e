import type { Counters } from './measures';

/** The change of one row of an aggregate. */
export interface TallyRow<Key> {
  readonly key: Key;
  readonly counters: Counters;
}

/** The value of a key, made when there is none. */
export function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = make();
  map.set(key, value);
  return value;
}

/** Rows that change something, in the order in which every instance locks them. */
export function changed<Key>(rows: Iterable<TallyRow<Key>>, order: (a: Key, b: Key) => number): TallyRow<Key>[] {
  return [...rows].filter(({ counters }) => counters.some((n) => n !== 0)).sort((a, b) => order(a.key, b.key));
}

/** Rows that lost something, and may be empty now. */
export function shrunk<Key>(rows: readonly TallyRow<Key>[]): Key[] {
  return rows.filter(({ counters }) => counters.some((n) => n < 0)).map(({ key }) => key);
}
