/** How far an erasure has come; each state is one that a restart goes on from. */
export type ErasureState = 'collecting' | 'destroying' | 'listing' | 'cleaning' | 'settling' | 'done';

/** Rows of one table that were written while events were taken back and folded anew. */
export interface TouchedRows {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

/**
 * What became of one version of a projection: `refolded` without the person, `untouched` (nothing of theirs was in it),
 * `dropped` (kept for a rollback, and built by other code than this), `gone` (somebody else removed it).
 */
export interface ErasedPart {
  readonly projection: string;
  readonly version: number;
  readonly outcome: 'refolded' | 'untouched' | 'dropped' | 'gone' | null;
  readonly events: number;
  readonly tables: Readonly<Record<string, TouchedRows>>;
}

/** What is told about the files of the database. */
export interface StorageNote {
  /** Tables whose old row versions were removed. */
  readonly vacuumed: number;
  /** Whether all touched tables were written anew, so that no file of theirs holds anything of the old rows. */
  readonly rewritten: boolean;
  /** Tables that were not (too large, busy, or not ours): free space of their files holds old bytes until it is used again. */
  readonly old_bytes: readonly string[];
  /** `overwritten`: no segment of the write-ahead log holds anything from before; `ages`: it goes as segments are reused. */
  readonly wal: 'overwritten' | 'ages';
  /** What could not be done, and why. */
  readonly notes: readonly string[];
}

/** What an erasure did, without a word about the person. */
export interface ErasureReceipt {
  readonly id: string;
  /** Keyed hash of the person. */
  readonly person: string;
  readonly state: ErasureState;
  readonly requested_at: string;
  readonly finished_at: string | null;
  /** Names that have no key any more and get none: the person, their visits, the generations they made. */
  readonly subjects: { readonly users: number; readonly visits: number; readonly generations: number };
  readonly keys_destroyed: number;
  /** Events of the log that cannot be read any more (those there when the keys were destroyed). */
  readonly events: number;
  readonly dead_letters: number;
  readonly projections: readonly ErasedPart[];
  readonly storage: StorageNote | null;
  /** Why it does not go on at this moment. */
  readonly last_error: string | null;
}
