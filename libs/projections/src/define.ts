import type { DecodedEvent, EventType } from '@picly/contracts';

/**
 * Runs SQL inside the transaction of the batch; unqualified names are the projection's own tables. Statements run in the order of the
 * calls: what does not need the answer of the one before is best sent along with it (`Promise.all`), which saves a round trip.
 */
export interface FoldSql {
  /** `name` makes it a prepared statement of the connection: give one to every statement that runs per batch. */
  query<Row extends object = Record<string, unknown>>(text: string, values?: readonly unknown[], name?: string): Promise<Row[]>;
  /** Runs a `COPY ... FROM STDIN` in text format with these lines; `NewRows` makes both. */
  copyIn(statement: string, rows: Buffer): Promise<void>;
}

/** A table a projection owns. */
export interface TableSpec {
  readonly name: string;
  /** Columns of the primary key: the order of digests and the name of a differing row. */
  readonly key: readonly string[];
  /** Columns that legitimately differ between two folds of the same events (log positions, pseudonyms): not in digests. */
  readonly except?: readonly string[];
}

/** An event that was folded with its personal fields, as it reads without them, and who it counted for (`raterOf`) with them. */
export interface ErasedEvent<T extends EventType = EventType> {
  readonly event: DecodedEvent<T>;
  readonly rater: string;
}

/**
 * A cheap question to the tables that must have no answer: `sql` selects the rows that break a rule (a total that is not the sum of its
 * parts). One statement, so that it sees what one batch or the other has left, never the middle of one; names are unqualified.
 */
export interface Audit {
  /** Kebab-case; says what must hold. */
  readonly name: string;
  readonly sql: string;
}

/** A TypeORM migration; table names in it are unqualified and land in the schema of the projection's version. */
export type MigrationClass = new () => import('typeorm').MigrationInterface;

/**
 * A read model as a pure description. `fold` gets a batch of events that it has never seen (duplicates are gone, order is kept
 * per partition and topic) and turns them into row changes. Its outcome must be a function of the set of events folded,
 * whatever the batches, interleavings and restarts: no clock, no randomness, no float sums.
 */
export interface Projection<T extends EventType = EventType> {
  /** Kebab-case; the tables live in schema `<name>_v<version>` with underscores. */
  readonly name: string;
  /** Raised when the rule or the tables change; the new version is built beside the old one. */
  readonly version: number;
  readonly events: readonly T[];
  readonly tables: readonly TableSpec[];
  /** Plain SQL views over the tables, published beside them. */
  readonly sqlViews?: readonly string[];
  readonly migrations: readonly MigrationClass[];
  /** Asked on a schedule (`AUDIT_INTERVAL_S`) and by `picly verify --audit`. */
  readonly audits?: readonly Audit[];
  fold(events: readonly DecodedEvent<T>[], sql: FoldSql): Promise<void>;
  /**
   * Takes back what these events did when they were folded with their personal fields. They are folded again without them, right
   * after it, so that every row is what a fold of the log as it now reads would make. Runs while nothing else folds this version.
   * Absent: no row depends on a personal field.
   */
  unfold?(erased: readonly ErasedEvent<T>[], sql: FoldSql): Promise<void>;
}

/** Keeps the event union narrow inside `fold` while registries hold projections of any events. */
export function defineProjection<const T extends EventType>(projection: Projection<T>): Projection<T> {
  return projection;
}
