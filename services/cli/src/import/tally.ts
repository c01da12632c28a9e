/** What the API said to the events of some rows. */
export interface Counts {
  readonly accepted: number;
  readonly deduplicated: number;
  /** Rows of which it rejected an event. */
  readonly rejectedRows: number;
}

export const NOTHING: Counts = { accepted: 0, deduplicated: 0, rejectedRows: 0 };

export const plus = (a: Counts, b: Counts): Counts => ({
  accepted: a.accepted + b.accepted,
  deduplicated: a.deduplicated + b.deduplicated,
  rejectedRows: a.rejectedRows + b.rejectedRows,
});

/** Account of one import. */
export interface Tally {
  /** Rows read. */
  rows: number;
  /** Rows that the conditions of the mapping leave out. */
  leftOutRows: number;
  /** Rows that could not be mapped, or failed the schema of an event. */
  invalidRows: number;
  /** Events that the file itself has several times, sent once. */
  repeated: number;
  /** Events found good by a check that sends nothing. */
  checked: number;
  /** Answers of the API, those of an interrupted run before included. */
  answered: Counts;
}

export const newTally = (before: Counts): Tally => ({ rows: 0, leftOutRows: 0, repeated: 0, invalidRows: 0, checked: 0, answered: before });

/** Rows of which nothing, or not everything, was taken. */
export const rejectedRows = (tally: Tally): number => tally.invalidRows + tally.answered.rejectedRows;
