import type { PersonKey } from './seal';

/** Remembers the most recently used keys, by subject and by ref, and which refs have no key any more. */
export class KeyCache {
  private readonly bySubject = new Map<string, PersonKey | null>();
  private readonly byRef = new Map<string, PersonKey | null>();

  constructor(private readonly limit: number) {}

  /** `null`: the subject is erased. */
  subject(name: string): PersonKey | null | undefined {
    return touch(this.bySubject, name);
  }

  /** `null`: known to be destroyed. */
  ref(ref: string): PersonKey | null | undefined {
    return touch(this.byRef, ref);
  }

  putSubject(name: string, key: PersonKey | null): void {
    put(this.bySubject, name, key, this.limit);
    if (key) this.putRef(key.ref, key);
  }

  putRef(ref: string, key: PersonKey | null): void {
    put(this.byRef, ref, key, this.limit);
  }

  clear(): void {
    this.bySubject.clear();
    this.byRef.clear();
  }
}

// A Map iterates in order of insertion: re-inserting what is used leaves the least recently used first.
function touch<V>(map: Map<string, V>, key: string): V | undefined {
  const value = map.get(key);
  if (value === undefined) return undefined;
  map.delete(key);
  map.set(key, value);
  return value;
}

function put<V>(map: Map<string, V>, key: string, value: V, limit: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= limit) return;
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
}
