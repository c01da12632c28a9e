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
    super(`database unavailable: ${cause instanceof Error ? cause.message || errnoOf(cause) : String(cause)}`, { cause });
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

/** The five-character SQLSTATE of a server error, or `undefined` when the error did not come from the server. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof DatabaseError || isServerErrorLike(error) ? error.code : undefined;
}

// Two copies of pg (ours and a dependency's) have two DatabaseError classes.
function isServerErrorLike(error: unknown): error is { code: string } {
  return error instanceof Error && 'severity' in error && 'code' in error && typeof error.code === 'string' && error.code.length === 5;
}

function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

const TRANSIENT_CLASSES = new Set(['08', '40', '53', '57', '58']);
const TRANSIENT_STATES = new Set(['55P03', '25P03', '25P04', '25006']);

/** An infrastructure trouble: the same work may succeed later. Source of the classes: PostgreSQL manual, appendix A. */
export function isTransient(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return TRANSIENT_CLASSES.has(state.slice(0, 2)) || TRANSIENT_STATES.has(state);
  if (error instanceof DatabaseUnavailableError || error instanceof TransactionAbortedError) return true;
  if (error instanceof AggregateError) return error.errors.some(isTransient);
  return /^E[A-Z]+$/.test(errnoOf(error));
}

/** The data itself is refused (SQLSTATE classes 22 and 23): repeating the same statement cannot succeed. */
export function isDataError(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && (state.startsWith('22') || state.startsWith('23'));
}
