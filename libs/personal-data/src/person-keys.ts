import { randomBytes, randomUUID } from 'node:crypto';
import { inTransaction, migrate, type DatabasePool } from '@picly/database';
import { SECRET_BYTES } from './aead';
import { KeyCache } from './key-cache';
import { PERSON_KEY_MIGRATIONS } from './migrations';
import type { PersonKey } from './seal';
import { subjectName, type SubjectId } from './subject';

/** What reading the log needs of the keys. */
export interface KeyReader {
  /** How many destructions the next answer of `byRef` has heard of, at least: what was decoded with it is as old as that. */
  asOf(): Promise<number>;
  /** The keys of these refs; a ref that is missing from the answer is erased. One query at most. */
  byRef(refs: readonly string[]): Promise<ReadonlyMap<string, PersonKey>>;
}

export interface PersonKeysOptions {
  readonly pool: DatabasePool;
  /** Keys remembered (default 50,000, about 20 MB). */
  readonly cacheSize?: number;
  /** A destroyed key may work this much longer, milliseconds (default 500). */
  readonly staleMs?: number;
  /** Milliseconds that never run backwards: by a wall clock that is set back a destroyed key would work for as long. */
  readonly clock?: () => number;
}

interface KeyRow {
  readonly subject: string;
  readonly ref: string;
  readonly key: Buffer;
}

/** A subject that is erased has neither. */
type FoundRow = KeyRow | { readonly subject: string; readonly ref: null; readonly key: null };

const SELECT_OR_ADD = `
  with wanted as (
    -- While nobody has been erased nothing is hashed.
    select w.*, exists (select from runtime.erased_subjects)
           and exists (select from runtime.erased_subjects e where e.hash = runtime.person_hash(w.subject)) as erased
      from unnest($1::text[], $2::uuid[], $3::bytea[]) as w(subject, ref, key)
  ), added as (
    insert into runtime.person_keys (subject, ref, key)
    select subject, ref, key from wanted where not erased
    on conflict (subject) do nothing
    returning subject, ref, key
  )
  select subject, ref, key from added
  union all
  select k.subject, k.ref, k.key from runtime.person_keys k join wanted w using (subject) where not w.erased
  union all
  select subject, null, null from wanted where erased`;
const SELECT_BY_REF = 'select subject, ref, key from runtime.person_keys where ref = any($1::uuid[])';
const SELECT_VERSION = 'select times from runtime.person_keys_destroyed';

/**
 * The keys of persons, one row each; whoever has the row can read what that person's events say. Answers come from a
 * cache that is checked against the database at most every `staleMs`, and only when it is used.
 */
export class PersonKeys implements KeyReader {
  private readonly pool: DatabasePool;
  private readonly cache: KeyCache;
  private readonly staleMs: number;
  private readonly clock: () => number;
  private version = -1;
  private checkedAt = Number.NEGATIVE_INFINITY;
  private checking: Promise<void> | undefined;

  constructor(options: PersonKeysOptions) {
    this.pool = options.pool;
    this.cache = new KeyCache(options.cacheSize ?? 50_000);
    this.staleMs = options.staleMs ?? 500;
    this.clock = options.clock ?? (() => performance.now());
  }

  /** Creates the tables; safe when several processes start at once, one query when there is nothing to do. */
  static async install(target: string | DatabasePool): Promise<void> {
    await migrate(target, { schema: 'runtime', migrations: PERSON_KEY_MIGRATIONS });
  }

  /**
   * The keys of these subjects by `subjectName`, made where there was none. Durable when it resolves. A subject that is
   * missing from the answer is erased, and gets no key any more.
   */
  async ensure(subjects: readonly SubjectId[]): Promise<ReadonlyMap<string, PersonKey>> {
    const missing = new Set(subjects.map(subjectName));
    const found = new Map<string, PersonKey>();
    const settle = (name: string, key: PersonKey | null): void => {
      missing.delete(name);
      if (key) found.set(name, key);
    };
    await this.refresh();
    for (const name of missing) {
      const key = this.cache.subject(name);
      if (key !== undefined) settle(name, key);
    }
    // A row added by another process while the statement ran is visible to neither half of it: ask again.
    while (missing.size > 0) {
      const version = this.version;
      for (const row of await this.selectOrAdd([...missing])) {
        const key = row.ref === null ? null : { ref: row.ref, secret: row.key };
        settle(row.subject, key);
        if (version === this.version) this.cache.putSubject(row.subject, key);
      }
    }
    return found;
  }

  async asOf(): Promise<number> {
    await this.refresh();
    return this.version;
  }

  async byRef(refs: readonly string[]): Promise<ReadonlyMap<string, PersonKey>> {
    const found = new Map<string, PersonKey>();
    if (refs.length === 0) return found;
    await this.refresh();
    const missing = new Set<string>();
    for (const ref of refs) {
      const key = this.cache.ref(ref);
      if (key) found.set(ref, key);
      else if (key === undefined) missing.add(ref);
    }
    if (missing.size > 0) await this.load([...missing], found);
    return found;
  }

  /** Erases a subject: true when there was a key. Everywhere else it stops working within `staleMs`. */
  async destroy(subject: SubjectId): Promise<boolean> {
    const destroyed = await inTransaction(this.pool, async (sql) => {
      const rows = await sql.query('delete from runtime.person_keys where subject = $1 returning ref', [subjectName(subject)]);
      await sql.query('update runtime.person_keys_destroyed set times = times + 1');
      return rows.length > 0;
    });
    this.checkedAt = Number.NEGATIVE_INFINITY;
    return destroyed;
  }

  private async load(refs: readonly string[], found: Map<string, PersonKey>): Promise<void> {
    const version = this.version;
    const rows = await this.pool.query<KeyRow>(SELECT_BY_REF, [refs], 'person_keys_by_ref');
    for (const row of rows) found.set(row.ref, { ref: row.ref, secret: row.key });
    if (version !== this.version) return;
    for (const ref of refs) this.cache.putRef(ref, found.get(ref) ?? null);
  }

  private selectOrAdd(subjects: readonly string[]): Promise<FoundRow[]> {
    // Sorted, so that two processes that add the same subjects never wait for each other in a circle.
    const sorted = [...subjects].sort();
    const secrets = randomBytes(SECRET_BYTES * sorted.length);
    return this.pool.query<FoundRow>(
      SELECT_OR_ADD,
      [sorted, sorted.map(() => randomUUID()), sorted.map((_, i) => secrets.subarray(SECRET_BYTES * i, SECRET_BYTES * (i + 1)))],
      'person_keys_select_or_add',
    );
  }

  private refresh(): Promise<void> | undefined {
    if (this.clock() - this.checkedAt < this.staleMs) return undefined;
    return (this.checking ??= this.check().finally(() => (this.checking = undefined)));
  }

  private async check(): Promise<void> {
    const startedAt = this.clock();
    const [row] = await this.pool.query<{ times: number }>(SELECT_VERSION, [], 'person_keys_version');
    const version = row?.times ?? 0;
    if (version !== this.version) this.cache.clear();
    this.version = version;
    this.checkedAt = startedAt;
  }
}
