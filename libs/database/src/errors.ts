import { DatabaseError } from 'pg';

/** The server could not be reached, or the connection broke; whether a statement under way took effect is unknown. */
export class DatabaseUnavailableError extends Error {
  readonly code = 'DATABASE_UNAVAILABLE';
  readonly retryable = true;

  constructor(
    /** `connect`: nothing was sent. `query`: a statement was under way. */
    readonly phase: 'connect' | 'query',
    cause: unknown,
  ) {
    super(`database unavailable: ${describe(cause)}`, { cause });
    this.name = this.code;
  }
}

/** COMMIT answered something else: the transaction had been aborted before and nothing of it was kept. */
export class TransactionAbortedError extends Error {
  readonly code = 'TRANSACTION_ABORTED';
  readonly retryable = true;

  constructor(tag: string) {
    super(`COMMIT answered ${tag}: an error inside the transaction had been swallowed`);
    this.name = this.code;
  }
}

/** A statement of a transaction that has ended: its connection may be somebody else's by now, and nothing was sent. A mistake of the program. */
export class TransactionEndedError extends Error {
  readonly code = 'TRANSACTION_ENDED';
  readonly retryable = false;

  constructor() {
    super('the transaction has ended');
    this.name = this.code;
  }
}

/** The five-character SQLSTATE of a server error, or `undefined` when the error did not come from the server. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof DatabaseError || isServerErrorLike(error) ? error.code : undefined;
}

// Two copies of pg (ours and a dependency's) have two DatabaseError classes.
function isServerErrorLike(error: unknown): error is { code: string } {
  return isObject(error) && 'severity' in error && errorCode(error)?.length === 5;
}

/** The `code` of an error of the operating system or the server. Told by shape: such errors may come from another realm. */
export function errorCode(error: unknown): string | undefined {
  return isObject(error) && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function describe(error: unknown): string {
  const message = isObject(error) && 'message' in error ? error.message : error;
  return String(message) || (errorCode(error) ?? 'unknown reason');
}

const TRANSIENT_CLASSES = new Set(['08', '40', '53', '57', '58']);
const TRANSIENT_STATES = new Set(['55P03', '25P03', '25P04', '25006']);

/** An infrastructure trouble: the same work may succeed later. Source of the classes: PostgreSQL manual, appendix A. */
export function isTransient(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return TRANSIENT_CLASSES.has(state.slice(0, 2)) || TRANSIENT_STATES.has(state);
  if (error instanceof DatabaseUnavailableError || error instanceof TransactionAbortedError) return true;
  return /^E[A-Z]+$/.test(errorCode(error) ?? '');
}

/** The data itself is refused (SQLSTATE classes 22 and 23): repeating the same statement cannot succeed. */
export function isDataError(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && (state.startsWith('22') || state.startsWith('23'));
}
