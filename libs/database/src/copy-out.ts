import { Query } from 'pg';

/** A signature, flags, and the length of an extension that there is none of. */
const HEADER_BYTES = 11 + 4 + 4;
const NO_MORE_ROWS = -1;
const NULL = -1;

/** A row of a COPY in binary format: its fields as the server sends them (manual, "COPY", "Binary Format"). */
export type BinaryRow = readonly (Buffer | null)[];

export interface CopyOutOptions {
  readonly answerTimeoutMs: number;
  readonly done: (error: Error | undefined, rows: BinaryRow[]) => void;
}

/**
 * A `COPY (...) TO STDOUT (FORMAT binary)`: the way to read many bytes, as the driver has every other answer come as text, in which a byte
 * is two digits.
 */
export class CopyOutQuery extends Query {
  /** Read by the client, as of any statement: how long to wait for the answer, milliseconds; 0 for ever. */
  readonly query_timeout: number;
  private readonly chunks: Buffer[] = [];

  constructor(query: string, options: CopyOutOptions) {
    super(`copy (${query}) to stdout (format binary)`, (error) => {
      if (error) options.done(error, []);
      else options.done(undefined, rowsOf(Buffer.concat(this.chunks)));
    });
    this.query_timeout = options.answerTimeoutMs;
  }

  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    // The driver reads the next message into the same memory.
    this.chunks.push(Buffer.from(chunk));
  }
}

function rowsOf(bytes: Buffer): BinaryRow[] {
  const rows: BinaryRow[] = [];
  let at = HEADER_BYTES;
  const readField = (): Buffer | null => {
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length === NULL) return null;
    at += length;
    return bytes.subarray(at - length, at);
  };
  for (;;) {
    const fields = bytes.readInt16BE(at);
    if (fields === NO_MORE_ROWS) return rows;
    at += 2;
    rows.push(Array.from({ length: fields }, readField));
  }
}
