import { PROBLEMS, type FieldError, type ProblemCode } from '@picly/contracts';

export interface ProblemDetails {
  /** What happened this time; never quotes what the caller sent. */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  /** Becomes the Retry-After header. */
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Extension members of the answer, such as an event id. */
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** An answer that is a problem (RFC 9457). Throw it anywhere below a route; `code` decides status and title. */
export class ProblemError extends Error {
  readonly status: number;
  readonly retryable: boolean;
  constructor(
    readonly code: ProblemCode,
    readonly details: ProblemDetails = {},
  ) {
    super(details.detail ?? PROBLEMS[code].title, { cause: details.cause });
    this.name = code;
    this.status = PROBLEMS[code].status;
    this.retryable = this.status === 429 || this.status === 503;
  }
}
