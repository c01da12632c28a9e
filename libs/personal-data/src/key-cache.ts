import type { PersonKey } from './seal';

/** Remembers the keys used lately, by subject and by ref, and which refs have no key any more. */
export class KeyCache {
  private readonly bySubject: Recent<PersonKey | null>;
  private readonly byRef: Recent<PersonKey | null>;

  /** At least the `limit` used last are remembered, and at most twice as many. */
  constructor(limit: number) {
    this.bySubject = new Recent(limit);
    this.byRef = new Recent(limit);
  }

  /** `null`: the subject is erased. */
  subject(name: string): PersonKey | null | undefined {
    return this.bySubject.get(name);
  }

  /** `null`: known to be destroyed. */
  ref(ref: string): PersonKey | null | undefined {
    return this.byRef.get(ref);
  }

  putSubject(name: string, key: PersonKey | null): void {
    this.bySubject.put(name, key);
    if (key) this.putRef(key.ref, key);
  }

  putRef(ref: string, key: PersonKey | null): void {
    this.byRef.put(ref, key);
  }

  clear(): void {
    this.bySubject.clear();
    this.byRef.clear();
  }
}

/**
 * Two generations: what is used moves to the young one; when that is full the old one is forgotten as a whole. Moving every entry
 * to the end of one map at every use would cost more than finding it.
 */
class Recent<V> {
  private young = new Map<string, V>();
  private old = new Map<string, V>();

  constructor(private readonly limit: number) {}

  get(key: string): V | undefined {
    const value = this.young.get(key);
    if (value !== undefined) return value;
    const known = this.old.get(key);
    if (known !== undefined) this.put(key, known);
    return known;
  }

  put(key: string, value: V): void {
    if (this.young.size >= this.limit && !this.young.has(key)) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, value);
    this.old.delete(key);
  }

  clear(): void {
    this.young.clear();
    this.old.clear();
  }
}
