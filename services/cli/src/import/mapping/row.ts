/** One record of a file: text by column for CSV, anything for JSON. */
export type Fields = Readonly<Record<string, unknown>>;

export interface SourceRow {
  readonly fields: Fields;
  /** 1 for the first record (a header line does not count). */
  readonly number: number;
}

/** A row that cannot become the events the mapping says: which column, which field of which event, and why. Never quotes the value. */
export interface RowProblem {
  readonly column?: string;
  readonly pointer?: string;
  readonly code: string;
  readonly message: string;
}

/** Thrown while a row is mapped. */
export class RowError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly column?: string,
  ) {
    super(message);
    this.name = code;
  }
}

/** The mapping document itself is wrong; `pointer` (RFC 6901) says where. */
export class MappingError extends Error {
  readonly code = 'MAPPING_INVALID';
  readonly retryable = false;

  constructor(
    readonly pointer: string,
    readonly reason: string,
  ) {
    super(`${pointer || 'the document'}: ${reason}`);
    this.name = this.code;
  }
}

/** Where expressions get the values of columns from: the row, the computed columns, and what is known of the file. */
export interface RowView {
  readonly row: SourceRow;
  /** The value of a column, `undefined` when the row has none. */
  get(column: string): unknown;
}
