/** One thing wrong with a request, as the API's problem+json says it. */
export interface ProblemDetail {
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
}

export type ApiErrorCode = 'API_UNREACHABLE' | 'API_REFUSED' | 'API_NOT_JSON';

/** The API could not be asked, or refused. The message is a sentence for the person at the terminal. */
export class ApiError extends Error {
  readonly status: number | undefined;
  /** The `code` of the problem+json answer. */
  readonly problem: string | undefined;
  readonly details: readonly ProblemDetail[];
  /** How long the server asks to wait. */
  readonly retryAfterMs: number | undefined;
  /** The same request may succeed later. */
  readonly retryable: boolean;

  constructor(
    readonly code: ApiErrorCode,
    message: string,
    facts: {
      readonly status?: number;
      readonly problem?: string;
      readonly details?: readonly ProblemDetail[];
      readonly retryAfterMs?: number;
      readonly retryable?: boolean;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: facts.cause });
    this.name = code;
    this.status = facts.status;
    this.problem = facts.problem;
    this.details = facts.details ?? [];
    this.retryAfterMs = facts.retryAfterMs;
    this.retryable = facts.retryable ?? false;
  }
}
