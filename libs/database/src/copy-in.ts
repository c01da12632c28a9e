import { Query, type Connection } from 'pg';

/** Message types of the frontend. Source: PostgreSQL manual, "Message Formats". */
const COPY_DATA = 0x64;
const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4]);
const HEADER_BYTES = 5;

/**
 * A `COPY ... FROM STDIN` with all its rows in one piece. They are sent at once, without waiting for the server to ask for them: one that
 * refused the statement leaves them unread (manual, "COPY Operations"). So it can stand between other statements on their way.
 */
export class CopyInQuery extends Query {
  /** Read by the client, as of any statement: how long to wait for the answer, milliseconds; 0 for ever. */
  readonly query_timeout: number;

  constructor(
    statement: string,
    rows: Buffer,
    options: { readonly answerTimeoutMs: number; readonly done: (error: Error | undefined) => void },
  ) {
    super(statement, (error) => options.done(error));
    this.query_timeout = options.answerTimeoutMs;
    this.submit = (connection: Connection) => {
      connection.query(statement);
      connection.stream.write(headerOf(rows));
      connection.stream.write(rows);
      connection.stream.write(COPY_DONE);
    };
  }

  /** The rows are on their way already. */
  handleCopyInResponse(): void {}
}

function headerOf(rows: Buffer): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header[0] = COPY_DATA;
  header.writeUInt32BE(rows.length + HEADER_BYTES - 1, 1);
  return header;
}
