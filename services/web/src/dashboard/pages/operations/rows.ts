export interface PartitionStatus {
  readonly topic: string;
  readonly partition: number;
  readonly position: number;
  readonly end: number | null;
  readonly lag: number | null;
  readonly owner: string;
  readonly updated_at: string;
  readonly last_error: string | null;
}

/** How far a version of a view is, as GET admin/projections tells it. */
export interface ViewStatus {
  readonly projection: string;
  readonly version: number;
  readonly active: boolean;
  readonly events_folded: number;
  readonly duplicates: number;
  readonly dead_letters: number;
  readonly lag_events: number | null;
  readonly events_per_second: number | null;
  readonly event_time: string | null;
  readonly partitions: readonly PartitionStatus[];
}

export interface Job {
  readonly id: number;
  readonly kind: string;
  readonly projection: string;
  readonly state: 'requested' | 'building' | 'comparing' | 'switching' | 'done' | 'failed' | 'cancelled';
  readonly message: string | null;
  readonly progress: {
    readonly events: number;
    readonly total: number;
    readonly events_per_second: number | null;
    readonly remaining_s: number | null;
  } | null;
  readonly comparison: { readonly differences: number } | null;
  readonly requested_at: string;
  readonly finished_at: string | null;
}

export interface DeadLetter {
  readonly id: number;
  readonly projection: string;
  readonly event_id: string | null;
  readonly cause: string;
  readonly message: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly sequence: number;
  readonly attempts: number;
  readonly first_seen: string;
}

/** One letter, opened: GET admin/dead-letters/{id}, as far as the page shows it. */
export interface OpenLetter extends DeadLetter {
  /** How many wait behind it. */
  readonly behind: number;
  readonly meaning: string | null;
  readonly content: { readonly body: unknown; readonly person: string } | null;
  readonly original: { readonly text: string | null; readonly base64: string };
}

/** A rule that rows must keep, and what its last run found. */
export interface Audit {
  readonly projection: string;
  readonly version: number;
  readonly audit: string;
  readonly ran_at: string;
  readonly took_ms: number;
  readonly offending: number;
  readonly error: string | null;
}

export interface Key {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly scopes: readonly string[];
  readonly origins: readonly string[];
  readonly created_at: string;
  readonly last_used_at: string | null;
  readonly revoked_at: string | null;
}

export interface Erasure {
  readonly id: string;
  readonly state: string;
  readonly requested_at: string;
  readonly finished_at: string | null;
  readonly events: number | null;
  readonly keys_destroyed: number | null;
  readonly last_error: string | null;
}
